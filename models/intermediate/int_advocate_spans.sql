with praise as (
    select * from {{ ref('int_praise') }}
),

{{ merged_spans('praise', ['customer_hash', 'praise'], 'praised_on', 'holds_until') }},

scores as (
    select * from merged
    where praise = 'promoter_score'
),

voices as (
    select * from merged
    where praise = 'positive_voice'
),

-- The spans of each kind are apart from one another, so what they share is too.
advocating as (
    select
        scores.customer_hash,
        greatest(scores.praised_on, voices.praised_on) as advocate_from,
        least(scores.holds_until, voices.holds_until) as advocate_until
    from scores
    inner join voices
        on
            scores.customer_hash = voices.customer_hash
            and scores.praised_on < voices.holds_until
            and scores.holds_until > voices.praised_on
)

select * from advocating
