{{ config(meta={'periods_of': {'daily_invitations': 'date_on'}}) }}

{{ period_from(ref('daily_invitations'), invitation_measures(), from_week_up=['agent']) }}
