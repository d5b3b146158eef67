-- What a contact centre exports between two days, drawn by a hash of the row's number: the same
-- seed makes the same rows, whatever the number of threads. Variables: seed, first_on, per_day
-- (calls), from_day and to_day (days since first_on; what happened in [from_day, to_day) is told,
-- as it stood at its end), horizon (days that tickets, orders and surveys may go on changing).
-- Proportions: 5 calls, 1 ticket, 0.5 surveys, 1.5 orders, 0.25 reviews.
create or replace macro draw(salt, n) as (
    (hash(getvariable('seed'), salt, n) % 1000003) / 1000003.0
);
create or replace macro pick(salt, n, choices) as (
    choices[1 + cast(floor(draw(salt, n) * len(choices)) as integer)]
);
create or replace macro gone_by(salt, n, mean_seconds) as (
    to_seconds(cast(1 - ln(1 - draw(salt, n)) * mean_seconds as bigint))
);
create or replace macro moment_of_day(salt, n) as (
    to_seconds(cast(28800 + 18000 * (draw(salt, n) + draw(salt + 1, n)) as bigint))
);
create or replace macro begins() as getvariable('first_on') + to_days(getvariable('from_day'));
create or replace macro ends() as getvariable('first_on') + to_days(getvariable('to_day'));
create or replace macro told(moment) as case when moment < ends() then moment end;
create or replace macro is_told(moments) as (
    len(list_filter(moments, lambda moment: moment >= begins() and moment < ends())) > 0
);
create or replace macro customer_of(person) as (
    case when person % 5 < 3 then 'c_' || lpad(cast(person as varchar), 9, '0') end
);
create or replace macro number_of(person, n) as (
    case
        when draw(90, n) < 0.03 then 'anonymous'
        when person % 20 = 0 then '+4930' || (20000000 + person % 70000000)
        when draw(90, n) < 0.23
            then '0' || substr(cast(600000000 + person % 99999999 as varchar), 1, 1) || ' '
                || substr(cast(600000000 + person % 99999999 as varchar), 2)
        else '+33' || (600000000 + person % 99999999)
    end
);
create or replace macro person_of(n) as (
    cast(floor(draw(1, n) * getvariable('persons')) as bigint)
);
-- A quarter of the calls come from somebody who called in the three days before.
create or replace macro caller_of(n) as (
    case
        when draw(2, n) < 0.25
            then person_of(n - 1 - cast(draw(3, n) * 3 * getvariable('per_day') as bigint))
        else person_of(n)
    end
);
create or replace macro writer_of(n) as (
    person_of(n + 7000000000)
);
create or replace macro rows_of(share) as table (
    select
        range as n,
        getvariable('first_on') + to_days(cast(floor(range / (getvariable('per_day') * share)) as int))
            as day_on
    from range(
        cast(greatest(
            getvariable('from_day') - getvariable('horizon'), 0
        ) * getvariable('per_day') * share as bigint),
        cast(getvariable('to_day') * getvariable('per_day') * share as bigint)
    )
);

create or replace macro calls() as table (
    with drawn as (
        select
            n,
            'call_' || lpad(cast(n as varchar), 10, '0') as call_id,
            caller_of(n) as person,
            pick(4, n, ['acme', 'globex', 'initech', 'umbrella']) as client,
            pick(5, n, ['hotline', 'after_sales', 'telesecretariat']) as service,
            pick(6, n, [
                'order_status', 'delivery', 'return', 'invoice', 'technical_problem',
                'product_question', 'account_access', 'complaint', 'cancellation', 'appointment'
            ]) as reason,
            date_trunc('second', day_on + moment_of_day(7, n)) as started_at,
            draw(9, n) < 0.04 as is_left_in_menu,
            to_seconds(cast(5 + 40 * draw(10, n) as bigint)) as in_menu,
            gone_by(11, n, 25 + 45 * draw(12, n)) as waits,
            gone_by(13, n, 240) as has_patience,
            gone_by(14, n, 260) as talks
        from rows_of(1)
    ),

    inbound as (
        select
            *,
            waits <= has_patience and not is_left_in_menu as is_answered,
            waits > has_patience and not is_left_in_menu and draw(15, n) < 0.1 as is_callback_asked
        from drawn
        where is_told([started_at])
    ),

    both_ways as (
        select
            call_id, 'inbound' as direction, n, person, client, service, reason, started_at,
            case when not is_left_in_menu then started_at + in_menu end as queued_at,
            case when is_answered then started_at + in_menu + waits end as answered_at,
            case
                when is_left_in_menu then started_at + in_menu
                when is_answered then started_at + in_menu + waits + talks
                else started_at + in_menu + has_patience
            end as ended_at,
            case when is_callback_asked then started_at + in_menu + has_patience end
                as callback_requested_at,
            cast(null as varchar) as callback_of
        from inbound
        union all
        select
            call_id || '_back', 'outbound', n, person, client, service, reason,
            started_at + gone_by(16, n, 3600), null, started_at + gone_by(16, n, 3600) + to_seconds(15),
            started_at + gone_by(16, n, 3600) + to_seconds(15) + talks, null, call_id
        from inbound
        where is_callback_asked and draw(17, n) < 0.8
    )

    select
        call_id,
        direction,
        case when draw(18, n) < 0.2 then customer_of(person) end as customer_id,
        number_of(person, n) as caller_number,
        client,
        service,
        client || '_' || service as queue,
        case when answered_at is not null then 'agent_' || cast(draw(19, n) * 200 as integer) end
            as agent_id,
        case when answered_at is not null then reason end as reason,
        started_at,
        queued_at,
        answered_at,
        ended_at,
        case when answered_at is not null and draw(20, n) < 0.2
            then least(30, date_diff('second', answered_at, ended_at)) end as hold_seconds,
        case when answered_at is not null then cast(60 * draw(21, n) as integer) end
            as wrap_up_seconds,
        case when answered_at is not null and draw(22, n) < 0.5 then ended_at + to_minutes(5) end
            as case_closed_at,
        case when answered_at is not null and draw(23, n) < 0.08 then 1 end as transfers,
        callback_requested_at,
        callback_of,
        cast(null as varchar) as ticket_id,
        case when answered_at is not null and draw(24, n) < 0.6 then draw(25, n) < 0.8 end
            as is_resolved
    from both_ways
);

create or replace macro ticket_lives() as table (
    with drawn as (
        select
            n,
            writer_of(n) as person,
            pick(31, n, [
                'email', 'email', 'email', 'form', 'chat', 'chatbot', 'phone', 'marketplace',
                'facebook', 'instagram'
            ]) as channel,
            date_trunc('second', day_on + moment_of_day(32, n)) as created_at
        from rows_of(0.2)
    ),

    answered as (
        select
            *,
            case when draw(34, n) < 0.93 then created_at + gone_by(
                35, n, case when channel in ('chat', 'chatbot') then 120 else 20000 end
            ) end as first_response_at
        from drawn
    ),

    resolved as (
        select
            *,
            case when draw(36, n) < 0.9 then first_response_at + gone_by(37, n, 50000) end
                as first_resolved_at
        from answered
    ),

    reopened as (
        select
            *,
            case when draw(38, n) < 0.07 then first_resolved_at + gone_by(39, n, 60000) end
                as reopened_at
        from resolved
    )

    select
        *,
        't_' || lpad(cast(n as varchar), 10, '0') as ticket_id,
        reopened_at + gone_by(40, n, 40000) as resolved_again_at,
        coalesce(reopened_at + gone_by(40, n, 40000), first_resolved_at) + to_days(3) as closed_at,
        'agent_' || cast(draw(41, n) * 200 as integer) as agent_id
    from reopened
);

create or replace macro tickets() as table (
    select
        ticket_id,
        customer_of(person) as customer_id,
        pick(42, n, ['acme', 'globex', 'initech', 'umbrella']) as client,
        pick(43, n, ['hotline', 'after_sales', 'telesecretariat']) as service,
        channel,
        pick(44, n, ['order_status', 'delivery', 'return', 'invoice', 'complaint']) as request_type,
        pick(45, n, ['low', 'medium', 'high']) as complexity,
        pick(46, n, ['low', 'normal', 'normal', 'high', 'urgent']) as priority,
        'team_' || cast(draw(47, n) * 9 as integer) as team,
        agent_id,
        case
            when draw(48, n) < 0.03 then 'spam'
            when closed_at < ends() then 'closed'
            when coalesce(resolved_again_at, first_resolved_at) < ends()
                or (first_resolved_at < ends() and reopened_at >= ends()) then 'resolved'
            when first_response_at < ends() then 'pending'
            else 'new'
        end as status,
        created_at,
        told(first_response_at) as first_response_at,
        coalesce(told(resolved_again_at), case when not coalesce(reopened_at < ends(), false) then
            told(first_resolved_at) end) as resolved_at,
        told(closed_at) as closed_at,
        case when reopened_at < ends() then 1 else 0 end as reopens,
        cast(null as varchar) as merged_into
    from ticket_lives()
    where is_told([
        created_at, first_response_at, first_resolved_at, reopened_at, resolved_again_at, closed_at
    ])
);

create or replace macro ticket_events() as table (
    select
        ticket_id || '_' || happened.place as event_id,
        ticket_id,
        happened.occurred_at,
        happened.event,
        case when happened.place in (1, 2) then channel end as channel,
        case when happened.place > 1 then agent_id end as agent_id,
        cast(null as varchar) as team
    from (
        select
            ticket_id,
            channel,
            agent_id,
            unnest([
                {place: 1, event: 'customer_message', occurred_at: created_at},
                {place: 2, event: 'agent_message', occurred_at: first_response_at},
                {place: 3, event: 'resolved', occurred_at: first_resolved_at},
                {place: 4, event: 'reopened', occurred_at: reopened_at},
                {place: 5, event: 'resolved', occurred_at: resolved_again_at},
                {place: 6, event: 'closed', occurred_at: closed_at}
            ]) as happened
        from ticket_lives()
    )
    where is_told([happened.occurred_at])
);

create or replace macro order_lives() as table (
    select
        n,
        'o_' || lpad(cast(n as varchar), 10, '0') as order_id,
        customer_of(5 * (person_of(n + 9000000000) // 5) + n % 3) as customer_id,
        ordered_at,
        draw(52, n) < 0.03 as is_cancelled,
        ordered_at + gone_by(53, n, 60000) as shipped_at,
        ordered_at + gone_by(53, n, 60000) + gone_by(54, n, 150000) as delivered_at
    from (
        select n, date_trunc('second', day_on + to_seconds(cast(86399 * draw(51, n) as bigint)))
            as ordered_at
        from rows_of(0.3)
    )
);

create or replace macro orders() as table (
    select
        order_id,
        customer_id,
        case when draw(55, n) < 0.3 then 'galleria' end as marketplace,
        case when draw(55, n) < 0.1 then 'marketplace' else 'merchant' end as fulfilled_by,
        case
            when is_cancelled then 'cancelled'
            when delivered_at < ends() then 'delivered'
            when shipped_at < ends() then 'shipped'
            else 'placed'
        end as status,
        ordered_at,
        ordered_at + to_days(2) as ship_by,
        case when not is_cancelled then told(shipped_at) end as shipped_at,
        ordered_at + to_days(5) as deliver_by,
        case when not is_cancelled then told(delivered_at) end as delivered_at,
        case when is_cancelled then ordered_at end as cancelled_at,
        case when is_cancelled then pick(56, n, ['customer', 'merchant']) end as cancelled_by,
        'EUR' as currency,
        cast((1 + n % 2) * (5 + 100 * draw(57, n)) as decimal(18, 2)) as amount
    from order_lives()
    where is_told([ordered_at, shipped_at, delivered_at])
);

create or replace macro order_items() as table (
    select
        order_id,
        line_number,
        'p_' || lpad(cast(cast(draw(58 + line_number, n) * 499 as integer) as varchar), 3, '0')
            as product_id,
        1 as quantity,
        cast(5 + 100 * draw(57, n) as decimal(18, 2)) as unit_price
    from order_lives(), (values (1), (2)) as lines(line_number)
    where line_number <= 1 + n % 2 and is_told([ordered_at])
);

create or replace macro order_claims() as table (
    select
        'claim_' || order_id as claim_id,
        order_id,
        pick(62, n, ['guarantee_claim', 'chargeback', 'return', 'complaint']) as kind,
        delivered_at + gone_by(63, n, 400000) as opened_at,
        draw(64, n) < 0.2 as is_denied
    from order_lives()
    where draw(61, n) < 0.04 and not is_cancelled
        and is_told([delivered_at + gone_by(63, n, 400000)])
);

create or replace macro reviews() as table (
    select
        'r_' || lpad(cast(n as varchar), 10, '0') as review_id,
        pick(71, n, ['review', 'review', 'review', 'social_post', 'referral']) as kind,
        customer_of(person_of(n + 11000000000)) as customer_id,
        cast(null as varchar) as order_id,
        'p_' || lpad(cast(cast(draw(72, n) * 499 as integer) as varchar), 3, '0') as product_id,
        pick(73, n, ['own_shop', 'galleria', 'review_portal']) as platform,
        1 + cast(4 * sqrt(draw(74, n)) as integer) as rating,
        5 as rating_scale,
        date_trunc('second', day_on + moment_of_day(75, n)) as posted_at,
        cast(null as timestamp) as removed_at
    from rows_of(0.05)
    where is_told([date_trunc('second', day_on + moment_of_day(75, n))])
);

create or replace macro surveys() as table (
    with sent as (
        select
            n,
            pick(81, n, ['nps', 'nps', 'csat', 'ces', 'ces_v2']) as kind,
            date_trunc('second', day_on + moment_of_day(82, n)) as sent_at,
            case when draw(84, n) < 0.35
                then date_trunc('second', day_on + moment_of_day(82, n)) + gone_by(85, n, 40000)
            end as responded_at,
            -- Of the thing asked about: one of the day before.
            greatest(10 * n - getvariable('per_day'), 0) as call_number,
            greatest(2 * n - getvariable('per_day') // 5, 0) as ticket_number
        from rows_of(0.1)
    )

    select
        's_' || lpad(cast(n as varchar), 10, '0') as survey_id,
        kind,
        customer_of(case n % 3
            when 0 then caller_of(call_number)
            when 1 then writer_of(ticket_number)
            else person_of(n + 13000000000)
        end) as customer_id,
        pick(86, n, ['acme', 'globex', 'initech', 'umbrella']) as client,
        pick(87, n, ['phone', 'email', 'chat']) as channel,
        'agent_' || cast(draw(88, n) * 200 as integer) as agent_id,
        case when n % 3 = 0 then 'call_' || lpad(cast(call_number as varchar), 10, '0') end
            as call_id,
        case when n % 3 = 1 then 't_' || lpad(cast(ticket_number as varchar), 10, '0') end
            as ticket_id,
        cast(null as varchar) as order_id,
        sent_at,
        told(responded_at) as responded_at,
        case when responded_at < ends() then case kind
            when 'nps' then cast(10 * sqrt(draw(89, n)) as integer)
            when 'ces_v2' then 1 + cast(6 * draw(89, n) as integer)
            else 1 + cast(4 * sqrt(draw(89, n)) as integer)
        end end as score,
        case when kind = 'csat' then 5 end as scale_max
    from sent
    where is_told([sent_at, responded_at])
);

-- One customer in twelve pays by the quarter; four in five go on.
create or replace macro subscriptions() as table (
    select
        'sub_' || lpad(cast(range as varchar), 9, '0') as subscription_id,
        term_number,
        customer_of(5 * range) as customer_id,
        pick(101, range, ['basic', 'premium']) as plan,
        cast(getvariable('first_on') + to_days(cast(90 * (term_number - 1) + range % 90 as int)) as date)
            as starts_on,
        cast(getvariable('first_on') + to_days(cast(90 * term_number + range % 90 as int)) as date)
            as ends_on,
        cast(null as date) as cancelled_on,
        29.70 as amount
    from range(getvariable('persons') // 20), range(1, 1 + getvariable('to_day') // 90) as terms(term_number)
    where term_number <= 1 + cast(floor(ln(1 - draw(102, range)) / ln(0.8)) as int)
        and is_told([getvariable('first_on') + to_days(cast(90 * (term_number - 1) + range % 90 as int))])
);

create or replace macro customers() as table (
    select
        customer_of(range) as customer_id,
        pick(111, range, ['consumer', 'consumer', 'business']) as segment,
        pick(112, range, ['FR', 'FR', 'FR', 'BE', 'DE']) as country,
        cast(getvariable('first_on') - to_days(cast(1000 * draw(113, range) as integer)) as date)
            as acquired_on
    from range(getvariable('persons'))
    where customer_of(range) is not null and getvariable('from_day') = 0
);

create or replace macro customer_identifiers() as table (
    select
        'phone' as kind,
        '+33' || (600000000 + range % 99999999) as value,
        customer_of(range) as customer_id
    from range(getvariable('persons'))
    where range % 5 = 0 and range % 20 <> 0 and getvariable('from_day') = 0
);

create or replace macro products() as table (
    select
        'p_' || lpad(cast(range as varchar), 3, '0') as product_id,
        'product ' || range as name,
        'category_' || range % 9 as category,
        'family_' || range // 4 as family,
        cast(5 + range % 100 as decimal(18, 2)) as list_price,
        pick(121, range, ['consumable', 'durable']) as lifetime
    from range(500)
    where getvariable('from_day') = 0
);

create or replace macro agents() as table (
    select
        'agent_' || range as agent_id,
        'team_' || range % 10 as team,
        pick(131, range, ['acme', 'globex', 'initech', 'umbrella']) as client,
        date '2020-01-01' as started_on,
        cast(null as date) as left_on
    from range(201)
    where getvariable('from_day') = 0
);

create or replace macro agent_absences() as table (
    select
        'agent_' || range as agent_id,
        cast(getvariable('first_on') + to_days(cast(300 * draw(141, range) as integer)) as date)
            as starts_on,
        cast(getvariable('first_on') + to_days(cast(300 * draw(141, range) as integer)) + to_days(10)
            as date) as ends_on,
        'vacation' as kind
    from range(201)
    where getvariable('from_day') = 0
);
