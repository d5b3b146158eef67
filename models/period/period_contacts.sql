{{ period_from(ref('daily_contacts'), contact_measures()) }}
