-- The floor: the least work that makes the same facts and the same kpi_values from the same files.
-- One source, default variables and seeds; it judges no order of times and mends nothing.
-- Views <table>_file are the files with the contract's types; variables: source (their folder's
-- name), seeds (folder), inner_pad and outer_pad (the key of the hashes, as HMAC pads it).
set timezone = 'UTC';
set preserve_insertion_order = false;
-- It packs hashes and ids to half their size in as much time as all else of writing takes.
set disabled_compression_methods = 'fsst';
create schema marts;

-- Macros ---------------------------------------------------------------------------------------

-- Paris is one or two hours ahead: before 22:00 in UTC it has the same day.
create temp macro local_date(utc) as case
    when hour(utc) < 22 then cast(utc as date)
    else cast(timezone('Europe/Paris', timezone('UTC', utc)) as date)
end;
create temp macro seconds_between(first, last) as (epoch_us(last) - epoch_us(first)) / 1e6;
create temp macro keyed_hash(kind, value) as left(sha256(getvariable('outer_pad') || unhex(
    sha256(getvariable('inner_pad') || encode(kind || ':' || value))
)), 32);
create temp macro contract_of(client, service) as case
    when client is not null or service is not null
        then coalesce(client, '(none)') || ' / ' || coalesce(service, '(none)')
end;
create temp macro open_at(opening, instant) as opening.seconds_before + least(
    opening.open_seconds, greatest(coalesce(seconds_between(opening.opens_at, instant), 0), 0)
);
create temp macro squared(amount) as amount * amount;

-- Files, keys, people --------------------------------------------------------------------------

create temp table calls as from calls_file;
create temp table tickets as from tickets_file;
create temp table ticket_events as from ticket_events_file;
create temp table orders as from orders_file;
create temp table order_items as from order_items_file;
create temp table order_claims as from order_claims_file;
create temp table reviews as from reviews_file;
create temp table surveys as from surveys_file;
create temp table subscriptions as from subscriptions_file;
create temp table customers as from customers_file;
create temp table customer_identifiers as from customer_identifiers_file;
create temp table products as from products_file;
create temp table agents as from agents_file;
create temp table agent_absences as from agent_absences_file;

select error('a key of calls') from calls
having count(distinct call_id) < count(*);
select error('a key of tickets') from tickets
having count(distinct ticket_id) < count(*);
select error('a key of ticket_events') from ticket_events
having count(distinct event_id) < count(*);
select error('a key of orders') from orders
having count(distinct order_id) < count(*);
select error('a key of order_items') from order_items group by order_id, line_number
having count(*) > 1 or order_id is null or line_number is null;
select error('a key of order_claims') from order_claims
having count(distinct claim_id) < count(*);
select error('a key of reviews') from reviews
having count(distinct review_id) < count(*);
select error('a key of surveys') from surveys
having count(distinct survey_id) < count(*);
select error('a key of subscriptions') from subscriptions group by subscription_id, term_number
having count(*) > 1 or subscription_id is null or term_number is null;
select error('a key of customers') from customers
having count(distinct customer_id) < count(*);
select error('a key of customer_identifiers') from customer_identifiers group by kind, value
having count(*) > 1 or kind is null or value is null;
select error('a key of products') from products
having count(distinct product_id) < count(*);
select error('a key of agents') from agents
having count(distinct agent_id) < count(*);
select error('a key of agent_absences') from agent_absences group by agent_id, starts_on
having count(*) > 1 or agent_id is null or starts_on is null;

-- Windows and joins go by a number for each person, hashes are made once a person.
create temp table people as
select
    cast(row_number() over () as integer) as person,
    customer_id,
    keyed_hash('customer', customer_id) as customer_hash,
    segment,
    country
from (
    select customer_id from calls
    union select customer_id from tickets
    union select customer_id from orders
    union select customer_id from reviews
    union select customer_id from surveys
    union select customer_id from subscriptions
    union select customer_id from customers
    union select customer_id from customer_identifiers
)
left join customers using (customer_id)
where customer_id is not null;

-- Numbers as the generated files have them: +33…, 0… of France, +49…; all else is withheld.
create temp table numbers as
with written as (
    select caller_number as number from calls
    union
    select value from customer_identifiers where kind = 'phone'
),

normalised as (
    select
        number,
        case
            when starts_with(number, '+') then number[2:]
            when starts_with(number, '0') then '33' || replace(number[2:], ' ', '')
        end as digits
    from written
),

owned as (
    select
        digits,
        max(customer_id) as customer_id
    from normalised
    left join customer_identifiers on number = value and kind = 'phone'
    where digits is not null
    group by digits
),

known as (
    select
        digits, people.customer_hash, segment, country,
        coalesce(person, -row_number() over ()) as caller,
        case when person is null then keyed_hash('phone', digits) else customer_hash end
            as caller_hash
    from owned
    left join people using (customer_id)
)

select normalised.number, known.* exclude (digits)
from normalised
inner join known using (digits);

-- Days -----------------------------------------------------------------------------------------

create temp table calendar_days as
from read_csv(getvariable('seeds') || '/calendar_days.csv', types = {
    'date_on': 'date', 'is_closed': 'boolean', 'schedule': 'varchar', 'opens': 'varchar',
    'closes': 'varchar'
});
create temp table day_types as
select
    date_on,
    max(day_type) as day_type
from calendar_days
where day_type is not null
group by date_on;
create temp table request_types as
from read_csv(getvariable('seeds') || '/request_types.csv');

create temp table bounds as
select
    min(first_at) as first_at,
    max(last_at) as as_of
from (
    select
        min(started_at) as first_at,
        greatest(
            max(started_at), max(queued_at), max(answered_at), max(ended_at), max(case_closed_at),
            max(callback_requested_at)
        ) as last_at
    from calls
    union all
    select
        min(created_at),
        greatest(max(created_at), max(first_response_at), max(resolved_at), max(closed_at))
    from tickets
    union all
    select null, max(occurred_at) from ticket_events
    union all
    select min(posted_at), greatest(max(posted_at), max(removed_at)) from reviews
    union all
    select
        min(ordered_at),
        greatest(max(ordered_at), max(shipped_at), max(delivered_at), max(cancelled_at))
    from orders
    union all
    select null, max(opened_at) from order_claims
    union all
    select
        least(min(sent_at), min(responded_at)),
        greatest(max(sent_at), max(responded_at))
    from surveys
);
set variable as_of = (select as_of from bounds);
set variable as_of_on = (select local_date(as_of) from bounds);

create temp table days as
select
    cast(date_on as date) as date_on,
    coalesce(day_type, 'regular') as day_type
from (
    select unnest(generate_series(
        least(local_date(first_at), (select min(starts_on) from subscriptions)),
        greatest(local_date(as_of), (select max(starts_on) from subscriptions)),
        interval 1 day
    )) as date_on
    from bounds
)
left join day_types using (date_on);

create temp table periods as
select
    date_on, grain,
    cast(date_trunc(grain, date_on) as date) as period_start,
    cast(date_trunc(grain, date_on) + step as date) <= getvariable('as_of_on') as is_over
from days, (
    values
    ('day', interval 1 day), ('week', interval 7 day), ('month', interval 1 month),
    ('quarter', interval 3 month), ('year', interval 1 year)
) as grains (grain, step);

-- Sums that were grouped by day and some dimensions, brought to each dimension by itself and to
-- every period. A null says that a dimension is not in that grouping; the type of the day depends
-- on the day. An agent, or a path, has too many values for rows a day.
create temp macro by_period(grouped, from_week_up, has_day_type := true) as table (
    with daily as (
        select
            date_on, dimension, dimension_value,
            cast(coalesce(
                sum(columns('_(count|amount|points|rating|score|seconds|squared)$')), 0
            ) as double)
        from (
            unpivot query_table(grouped)
            on columns(c -> c <> 'date_on' and not regexp_matches(
                c, '_(count|amount|points|rating|score|seconds|squared)$'
            ))
            into name dimension value dimension_value
        )
        group by date_on, dimension, dimension_value
    ),

    typed as (
        from daily
        union all
        select daily.* replace ('day_type' as dimension, day_type as dimension_value)
        from daily
        inner join days using (date_on)
        where dimension = 'all' and has_day_type
    )

    select
        grain, period_start, is_over, dimension, dimension_value,
        sum(columns('_(count|amount|points|rating|score|seconds|squared)$'))
    from typed
    inner join periods using (date_on)
    where grain <> 'day' or dimension <> from_week_up
    group by grain, period_start, is_over, dimension, dimension_value
);

-- Calls ----------------------------------------------------------------------------------------

-- What a known caller's calls are to one another.
create temp table call_chains as
select
    call_row, caller, started_on,
    previous_on is distinct from started_on as is_first_of_day,
    is_answered and (
        previous_answered_at is null
        or started_at - previous_answered_at >= interval '7 days'
    ) as is_first_of_issue,
    coalesce(next_at - started_at < interval '7 days', false) as is_called_again
from (
    select
        call_row, caller, started_on, started_at, is_answered,
        lag(started_on) over calls_of_caller as previous_on,
        lead(started_at) over calls_of_caller as next_at,
        lag(case when is_answered then started_at end ignore nulls) over calls_of_caller
            as previous_answered_at
    from (
        select
            calls.rowid as call_row,
            coalesce(person, caller) as caller,
            call_id, started_at,
            local_date(started_at) as started_on,
            answered_at is not null as is_answered
        from calls
        left join people using (customer_id)
        left join numbers on caller_number = number
        where direction = 'inbound'
    )
    where caller is not null
    window calls_of_caller as (partition by caller order by started_at, call_id)
);

create table marts.fct_calls as
with served as (
    select
        callback_of as call_id,
        min(answered_at) as served_at
    from calls
    where direction = 'outbound' and callback_of is not null and answered_at is not null
    group by callback_of
),

repeats as (
    select
        caller, started_on,
        count(*) as call_count
    from call_chains
    where not is_first_of_day
    group by caller, started_on
),

chains as (
    select
        call_row, is_first_of_day, is_first_of_issue, is_called_again,
        case when is_first_of_day then coalesce(call_count, 0) end as redundant_calls
    from call_chains
    left join repeats using (caller, started_on)
),

timed as (
    select
        calls.*,
        chains.* exclude (call_row),
        coalesce(people.customer_hash, numbers.caller_hash) as caller_hash,
        coalesce(people.customer_hash, numbers.customer_hash) as customer_hash,
        case when person is null then numbers.segment else people.segment end as segment,
        case when person is null then numbers.country else people.country end as country,
        coalesce(person, caller) as caller,
        local_date(started_at) as started_on,
        direction = 'inbound' as is_inbound,
        answered_at is not null as is_answered,
        is_inbound and callback_requested_at is not null as is_callback_asked,
        case when is_callback_asked then served_at end as served_at,
        is_inbound and (queued_at is not null or is_answered) as is_offered,
        case
            when is_inbound
                then seconds_between(
                    coalesce(queued_at, case when is_answered then started_at end),
                    coalesce(answered_at, ended_at)
                )
        end as wait_seconds,
        seconds_between(answered_at, ended_at) as connected_seconds,
        is_inbound and not is_answered and not is_callback_asked as is_abandoned
    from calls
    left join people using (customer_id)
    left join numbers on caller_number = number
    left join chains on calls.rowid = call_row
    left join served on calls.call_id = served.call_id
)

select
    getvariable('source') as _source,
    call_id, direction, caller_hash, customer_hash, client, service,
    contract_of(client, service) as contract,
    queue, agent_id as agent, team, reason, request_value, segment, country, day_type, started_on,
    started_at, queued_at, answered_at, ended_at, ticket_id, is_inbound, is_offered, is_answered,
    is_abandoned and queued_at is not null as is_abandoned_in_queue,
    is_abandoned and queued_at is null as is_abandoned_in_ivr,
    is_abandoned,
    is_abandoned and queued_at is not null and wait_seconds < 5 as is_short_abandon,
    case when is_offered then is_abandoned and queued_at is not null end as is_lost_in_queue,
    is_callback_asked,
    served_at is not null as is_callback_served,
    case
        when served_at >= callback_requested_at
            then seconds_between(callback_requested_at, served_at)
    end as callback_delay_seconds, wait_seconds,
    connected_seconds - coalesce(hold_seconds, 0) as talk_seconds,
    case when is_answered then cast(coalesce(hold_seconds, 0) as double) end as hold_seconds,
    case when is_answered then cast(coalesce(wrap_up_seconds, 0) as double) end as wrap_up_seconds,
    connected_seconds + coalesce(wrap_up_seconds, 0) as handle_seconds,
    case
        when is_inbound and case_closed_at >= started_at
            then greatest(seconds_between(ended_at, case_closed_at), 0)
    end as case_closure_delay_seconds,
    is_answered and coalesce(transfers, 0) > 0 as is_transferred,
    is_resolved,
    is_inbound and is_answered and wait_seconds <= 20 as is_answered_in_threshold,
    case
        when is_inbound and (is_answered or is_abandoned and queued_at is not null)
            then is_answered and wait_seconds <= 20
    end as is_service_level_met,
    coalesce(is_first_of_day, false) as is_first_call_of_caller_day,
    redundant_calls,
    redundant_calls > 0 as is_caller_day_redundant,
    coalesce(is_first_of_issue, false) as is_first_call_of_issue,
    case when is_first_of_issue then started_at + interval '7 days' end as matures_at,
    case
        when is_first_of_issue and started_at + interval '7 days' <= getvariable('as_of')
            then not is_called_again and coalesce(is_resolved, true)
    end as is_first_call_resolved,
    caller
from timed
left join (select agent_id, team from agents) using (agent_id)
left join request_types on reason = request_type
left join days on started_on = date_on;

drop table calls;
drop table call_chains;
drop table numbers;

-- Three groupings hold every dimension: what depends on another, or has few values, goes with it.
create temp table grouped_calls as
select
    date_on,
    "all", client, service, contract, queue, reason, request_value,
    agent, team,
    segment, country,
    count(*) as inbound_count,
    count(*) filter (is_offered) as offered_count,
    count(*) filter (is_answered) as answered_count,
    count(*) filter (is_service_level_met is not null) as service_level_judged_count,
    count(*) filter (is_service_level_met) as service_level_met_count,
    count(*) filter (is_abandoned) as abandoned_count,
    count(*) filter (is_abandoned_in_ivr) as abandoned_in_ivr_count,
    count(*) filter (is_lost_in_queue is not null) as queue_loss_judged_count,
    count(*) filter (is_lost_in_queue) as queue_loss_count,
    sum(wait_seconds) filter (is_offered) as offered_wait_seconds,
    sum(squared(wait_seconds)) filter (is_offered) as offered_wait_squared,
    sum(wait_seconds) filter (is_answered) as answered_wait_seconds,
    sum(squared(wait_seconds)) filter (is_answered) as answered_wait_squared,
    sum(handle_seconds) as handle_seconds,
    sum(squared(handle_seconds)) as handle_squared,
    sum(talk_seconds) as talk_seconds,
    sum(squared(talk_seconds)) as talk_squared,
    sum(hold_seconds) as hold_seconds,
    sum(squared(hold_seconds)) as hold_squared,
    sum(wrap_up_seconds) as wrap_up_seconds,
    sum(squared(wrap_up_seconds)) as wrap_up_squared,
    count(*) filter (is_transferred) as transferred_count,
    count(*) filter (is_callback_asked) as callback_asked_count,
    count(*) filter (is_offered or is_callback_asked) as callback_able_count,
    count(*) filter (is_callback_served) as callback_served_count,
    count(callback_delay_seconds) as callback_timed_count,
    sum(callback_delay_seconds) as callback_delay_seconds,
    sum(squared(callback_delay_seconds)) as callback_delay_squared,
    count(case_closure_delay_seconds) as case_closed_count,
    sum(case_closure_delay_seconds) as closure_delay_seconds,
    sum(squared(case_closure_delay_seconds)) as closure_delay_squared,
    count(*) filter (is_first_call_of_caller_day) as caller_day_count,
    count(*) filter (is_caller_day_redundant) as redundant_caller_day_count,
    sum(redundant_calls) as redundant_call_count,
    sum(redundant_calls + 1) as identified_call_count,
    count(is_first_call_resolved) as issue_count,
    count(*) filter (is_first_call_resolved) as solved_issue_count,
    count(*) filter (is_first_call_of_issue and is_first_call_resolved is null)
        as immature_issue_count
from (
    select
        * exclude (
            client, service, contract, queue, reason, request_value, agent, team, segment, country
        ),
        coalesce(columns(
            '^(client|service|contract|queue|reason|request_value|agent|team|segment|country)$'
        ), '(none)'),
        'all' as "all",
        started_on as date_on
    from marts.fct_calls
    where is_inbound
)
group by grouping sets (
    (date_on, "all", client, service, contract, queue, reason, request_value),
    (date_on, agent, team),
    (date_on, segment, country)
);

create temp table period_calls as from by_period('grouped_calls', 'agent');

-- Tickets --------------------------------------------------------------------------------------

create temp table logged as
select
    ticket_id,
    min(occurred_at) filter (event = 'agent_message' and occurred_at > created_at)
        as first_response_at,
    min(occurred_at) filter (event = 'resolved') as first_resolved_at,
    max(occurred_at) filter (event = 'resolved') as resolved_at,
    min(occurred_at) filter (event in ('resolved', 'closed', 'reopened')) as first_turned_at,
    count(*) filter (event = 'reopened') as reopens,
    count(*) filter (event = 'resolved') as resolutions,
    count(*) filter (event = 'agent_message') as agent_messages
from ticket_events
inner join (select ticket_id, created_at from tickets) using (ticket_id)
group by ticket_id;

-- Of the few that were opened again the order of their events decides.
create temp table reopened_turns as
select
    ticket_id, event, occurred_at,
    local_date(occurred_at) as turned_on,
    lead(local_date(occurred_at)) over turns as next_turned_on,
    max(event = 'reopened') over (turns rows between current row and unbounded following)
        as is_reopened_later
from ticket_events
where
    event in ('resolved', 'closed', 'reopened')
    and ticket_id in (select ticket_id from logged where reopens > 0)
window turns as (partition by ticket_id order by occurred_at, event_id);

-- Business time: when each day of a schedule opens, once at most, and the seconds open before.
create temp table openings as
with schedules as (
    select * from read_csv(getvariable('seeds') || '/business_hours.csv', types = {
        'opens': 'varchar', 'closes': 'varchar'
    })
),

-- What is said of one schedule's day wins over what is said of everyone's, and that over the week.
hours as (
    select
        schedules.schedule, schedules.timezone, days.date_on,
        case
            when own.date_on is not null then own.opens
            when shared.date_on is not null then shared.opens
            else weekly.opens
        end as opens,
        case
            when own.date_on is not null then own.closes
            when shared.date_on is not null then shared.closes
            else weekly.closes
        end as closes
    from (select distinct schedule, timezone from schedules) as schedules
    cross join days
    left join calendar_days as own
        on days.date_on = own.date_on and schedules.schedule = own.schedule
        and (own.is_closed or own.opens is not null)
    left join calendar_days as shared
        on days.date_on = shared.date_on and shared.schedule is null
        and (shared.is_closed or shared.opens is not null)
    left join schedules as weekly
        on schedules.schedule = weekly.schedule and isodow(days.date_on) = weekly.weekday
),

instants as (
    select
        schedule, date_on,
        timezone('UTC', timezone(timezone, date_on + cast(opens as time))) as opens_at,
        coalesce(seconds_between(
            opens_at, timezone('UTC', timezone(timezone, date_on + cast(closes as time)))
        ), 0) as open_seconds
    from hours
)

select
    *,
    sum(open_seconds) over (partition by schedule order by date_on) - open_seconds
        as seconds_before
from instants;

select error('two openings of a day') from openings group by schedule, date_on having count(*) > 1;

create temp table promises as
select
    asked.channel, asked.request_type,
    arg_min(promise_seconds, (
        case
            when promise.channel is not null and promise.request_type is not null then 1
            when promise.channel is not null then 2
            when promise.request_type is not null then 3
            else 4
        end,
        promise_seconds
    )) as promise_seconds
from (select distinct channel, request_type from tickets) as asked
inner join read_csv(getvariable('seeds') || '/response_promises.csv') as promise
    on coalesce(promise.channel = asked.channel, promise.channel is null)
    and coalesce(promise.request_type = asked.request_type, promise.request_type is null)
group by asked.channel, asked.request_type;

create table marts.fct_tickets as
with last_resolved as (
    select
        ticket_id,
        max(occurred_at) as resolved_at
    from reopened_turns
    where event = 'resolved' and not is_reopened_later
    group by ticket_id
),

told as (
    select
        tickets.* exclude (first_response_at, resolved_at, reopens),
        local_date(created_at) as created_on,
        tickets.status in ('resolved', 'closed') as is_resolved,
        tickets.status not in ('spam', 'merged', 'deleted') as is_counted,
        logged.ticket_id is not null as has_events,
        case when has_events then logged.first_response_at else tickets.first_response_at end
            as first_response_at,
        case
            when logged.reopens > 0 then last_resolved.resolved_at
            when has_events then logged.resolved_at
            when is_resolved then tickets.resolved_at
        end as resolved_at,
        case when has_events then logged.reopens else coalesce(tickets.reopens, 0) end as reopens,
        resolutions, agent_messages, tickets.resolved_at as resolved_at_of_ticket,
        local_date(
            case when has_events then first_turned_at else least(tickets.resolved_at, closed_at) end
        ) as left_on,
        case
            when tickets.service in (select schedule from openings) then tickets.service
            else 'default'
        end as schedule
    from tickets
    left join logged using (ticket_id)
    left join last_resolved using (ticket_id)
),

timed as (
    select
        *,
        local_date(resolved_at) as resolved_on,
        case when first_response_at >= created_at
            then seconds_between(created_at, first_response_at) end as first_response_seconds,
        case when resolved_at >= created_at
            then seconds_between(created_at, resolved_at) end as resolution_seconds
    from told
)

select
    getvariable('source') as _source,
    timed.ticket_id, customer_hash, client, service,
    contract_of(client, service) as contract,
    timed.team, agent_id as agent, timed.channel, timed.request_type, request_value, complexity,
    priority, segment, country, days.day_type, status, is_counted, created_on, created_at,
    first_response_at, resolved_at, resolved_on, resolution_days.day_type as resolution_day_type,
    closed_at, has_events, first_response_seconds, resolution_seconds,
    case when is_counted and first_response_seconds is not null
        then open_at(at_response, first_response_at) - open_at(at_creation, created_at)
    end as first_response_open_seconds,
    case when is_counted and resolution_seconds is not null
        then open_at(at_resolution, resolved_at) - open_at(at_creation, created_at)
    end as resolution_open_seconds,
    created_at + to_seconds(promise_seconds) as matures_at,
    case
        when first_response_seconds is not null then first_response_at <= matures_at
        when first_response_at is null and matures_at <= getvariable('as_of') then false
    end as is_answered_in_time, is_resolved,
    case
        when is_resolved
            or case
                when has_events then resolutions > 0 or reopens > 0
                else resolved_at_of_ticket is not null or reopens > 0
            end
            then reopens > 0
    end as is_reopened,
    case when has_events and resolved_at is not null then agent_messages = 1 and reopens = 0 end
        as is_one_touch,
    person,
    left_on
from timed
left join people using (customer_id)
left join request_types using (request_type)
left join promises
    on timed.channel = promises.channel
    and timed.request_type is not distinct from promises.request_type
left join days on created_on = days.date_on
left join days as resolution_days on resolved_on = resolution_days.date_on
left join openings as at_creation
    on timed.schedule = at_creation.schedule and created_on = at_creation.date_on
left join openings as at_response
    on timed.schedule = at_response.schedule
    and local_date(first_response_at) = at_response.date_on
left join openings as at_resolution
    on timed.schedule = at_resolution.schedule and resolved_on = at_resolution.date_on;

create table marts.fct_ticket_events as
select
    getvariable('source') as _source,
    event_id,
    case when tickets.ticket_id is not null then getvariable('source') end as ticket_source,
    ticket_events.ticket_id, occurred_at,
    local_date(occurred_at) as occurred_on,
    event, ticket_events.channel, ticket_events.agent_id as agent,
    ticket_events.team
from ticket_events
left join tickets using (ticket_id);

drop table ticket_events;
drop table tickets;

create temp view tickets_by_name as
select
    * exclude (
        client, service, contract, channel, request_type, request_value, complexity, priority, team,
        segment, country, agent
    ),
    coalesce(columns(
        '^(client|service|contract|channel|request_type|request_value|complexity|priority|team)$'
    ), '(none)'),
    coalesce(columns('^(segment|country|agent)$'), '(none)'),
    'all' as "all"
from marts.fct_tickets
where is_counted;

create temp table grouped_tickets as
select
    date_on,
    "all", client, service, contract, channel,
    request_type, request_value, complexity, priority,
    team, segment, country,
    agent,
    count(*) as created_count,
    count(*) filter (is_resolved) as resolved_now_count,
    count(first_response_seconds) as responded_count,
    sum(first_response_seconds) as response_seconds,
    sum(squared(first_response_seconds)) as response_squared,
    count(first_response_open_seconds) as responded_in_open_time_count,
    sum(first_response_open_seconds) as response_open_seconds,
    sum(squared(first_response_open_seconds)) as response_open_squared,
    count(is_answered_in_time) as promise_judged_count,
    count(*) filter (is_answered_in_time) as promise_met_count,
    count(*) filter (
        is_answered_in_time is null and first_response_at is null and matures_at is not null
    ) as promise_immature_count,
    count(is_reopened) as ever_resolved_count,
    count(*) filter (is_reopened) as reopened_count
from (select *, created_on as date_on from tickets_by_name)
group by grouping sets (
    (date_on, "all", client, service, contract, channel),
    (date_on, request_type, request_value, complexity, priority),
    (date_on, team, segment, country),
    (date_on, agent)
);
create temp table period_tickets as from by_period('grouped_tickets', 'agent');

create temp table grouped_resolutions as
select
    date_on,
    "all", client, service, contract, channel,
    request_type, request_value, complexity, priority,
    team, segment, country,
    agent,
    count(resolution_seconds) as resolved_count,
    sum(resolution_seconds) as resolution_seconds,
    sum(squared(resolution_seconds)) as resolution_squared,
    count(resolution_open_seconds) as resolved_in_open_time_count,
    sum(resolution_open_seconds) as resolution_open_seconds,
    sum(squared(resolution_open_seconds)) as resolution_open_squared,
    count(is_one_touch) as touch_judged_count,
    count(*) filter (is_one_touch) as one_touch_count
from (select *, resolved_on as date_on from tickets_by_name where resolved_on is not null)
group by grouping sets (
    (date_on, "all", client, service, contract, channel),
    (date_on, request_type, request_value, complexity, priority),
    (date_on, team, segment, country),
    (date_on, agent)
);
create temp table period_resolutions as from by_period('grouped_resolutions', 'agent');

-- Percentiles add up over nothing: every period has its own, from the rows.
create temp table period_responses as
select * from (
    unpivot (
        select
            grain, period_start, is_over,
            "all", client, service, contract, channel, request_type, request_value, complexity,
            priority, team, segment, country, agent, day_type,
            count(first_response_seconds) as amount_count,
            quantile_cont(first_response_seconds, [0.5, 0.9]) as percentiles
        from (
            select * replace (case when grain <> 'day' then agent end as agent)
            from tickets_by_name
            inner join periods on created_on = date_on
        )
        group by grouping sets (
            (grain, period_start, is_over, "all"),
            (grain, period_start, is_over, client),
            (grain, period_start, is_over, service),
            (grain, period_start, is_over, contract),
            (grain, period_start, is_over, channel),
            (grain, period_start, is_over, request_type),
            (grain, period_start, is_over, request_value),
            (grain, period_start, is_over, complexity),
            (grain, period_start, is_over, priority),
            (grain, period_start, is_over, team),
            (grain, period_start, is_over, segment),
            (grain, period_start, is_over, country),
            (grain, period_start, is_over, agent),
            (grain, period_start, is_over, day_type)
        )
    )
    on
        "all", client, service, contract, channel, request_type, request_value, complexity,
        priority, team, segment, country, agent, day_type
    into name dimension value dimension_value
);
create temp table period_resolution_times as
select * from (
    unpivot (
        select
            grain, period_start, is_over,
            "all", client, service, contract, channel, request_type, request_value, complexity,
            priority, team, segment, country, agent, resolution_day_type as day_type,
            count(resolution_seconds) as amount_count,
            quantile_cont(resolution_seconds, [0.5, 0.9]) as percentiles
        from (
            select * replace (case when grain <> 'day' then agent end as agent)
            from tickets_by_name
            inner join periods on resolved_on = date_on
        )
        group by grouping sets (
            (grain, period_start, is_over, "all"),
            (grain, period_start, is_over, client),
            (grain, period_start, is_over, service),
            (grain, period_start, is_over, contract),
            (grain, period_start, is_over, channel),
            (grain, period_start, is_over, request_type),
            (grain, period_start, is_over, request_value),
            (grain, period_start, is_over, complexity),
            (grain, period_start, is_over, priority),
            (grain, period_start, is_over, team),
            (grain, period_start, is_over, segment),
            (grain, period_start, is_over, country),
            (grain, period_start, is_over, agent),
            (grain, period_start, is_over, resolution_day_type)
        )
    )
    on
        "all", client, service, contract, channel, request_type, request_value, complexity,
        priority, team, segment, country, agent, day_type
    into name dimension value dimension_value
);

-- The badge of messaging: over the seven days that end with a day on which a ticket came in.
create temp table responsiveness as
with channel_days as (
    select
        channel, created_on,
        count(*) as created,
        count(first_response_seconds) as responded,
        sum(first_response_seconds) as seconds
    from marts.fct_tickets
    where
        is_counted and channel in (
            'chat', 'chatbot', 'sms', 'facebook', 'twitter', 'instagram', 'whatsapp'
        )
    group by channel, created_on
)

select
    'day' as grain,
    created_on as period_start,
    created_on < getvariable('as_of_on') as is_over,
    'channel' as dimension,
    channel as dimension_value,
    sum(created) over week as created_count,
    sum(responded) over week >= 0.9 * created_count
    and sum(seconds) over week <= 300 * sum(responded) over week as is_responsive
from channel_days
window week as (
    partition by channel order by created_on
    range between interval 6 days preceding and current row
);

-- Days of agents, and the stock of open tickets.
create table marts.fct_agent_days as
with resolved as (
    select
        agent, resolved_on as date_on,
        count(*) as resolved_count
    from marts.fct_tickets
    where is_counted and resolved_on is not null
    group by agent, resolved_on
),

working as (
    select
        agents.agent_id as agent,
        days.date_on
    from agents
    semi join marts.fct_tickets as tickets on agents.agent_id = agent and is_counted
    inner join days
        on isodow(date_on) <= 5
        and date_on >= (select min(created_on) from marts.fct_tickets where is_counted)
        and date_on <= getvariable('as_of_on')
        and coalesce(started_on <= date_on, true) and coalesce(left_on > date_on, true)
    anti join calendar_days as closed
        on days.date_on = closed.date_on and closed.is_closed and closed.schedule is null
    anti join agent_absences
        on agents.agent_id = agent_absences.agent_id
        and days.date_on between agent_absences.starts_on and agent_absences.ends_on
)

select
    agent, team, date_on,
    working.agent is not null as is_working_day,
    coalesce(resolved_count, 0) as resolved_count
from working
full join resolved using (agent, date_on)
inner join agents on agent = agents.agent_id;
create temp table grouped_agent_days as
select
    date_on,
    'all' as "all",
    agent,
    coalesce(team, '(none)') as team,
    count(*) filter (is_working_day) as working_day_count,
    sum(resolved_count) as resolved_count
from marts.fct_agent_days
group by all;
create temp table period_agent_days as
from by_period('grouped_agent_days', 'agent', has_day_type := false);

-- The stock of every day, from what came in and went out; a period's is that of its last day.
create temp macro stocks(turned) as table (
    with turns as (
        select
            date_on, dimension, dimension_value,
            sum(turned_count) as turned_count
        from (
            unpivot query_table(turned) on columns(* exclude (date_on, turned_count))
            into name dimension value dimension_value
        )
        group by date_on, dimension, dimension_value
    ),

    cells as (
        select
            dimension, dimension_value,
            min(date_on) as first_on
        from turns
        group by dimension, dimension_value
    ),

    closings as (
        select
            grain, period_start, is_over,
            max(date_on) as date_on
        from periods
        where date_on <= getvariable('as_of_on')
        group by grain, period_start, is_over
    ),

    stocked as (
        select
            days.date_on, dimension, dimension_value,
            sum(coalesce(turned_count, 0)) over (
                partition by dimension, dimension_value order by days.date_on
            ) as stock_count
        from cells
        inner join days on days.date_on between first_on and getvariable('as_of_on')
        left join turns using (date_on, dimension, dimension_value)
    )

    select
        grain, period_start, is_over, dimension, dimension_value,
        stock_count
    from stocked
    inner join closings using (date_on)
    where grain <> 'day' or dimension <> 'agent'
);

create temp table turned_tickets as
with turns as (
    select
        created_on as date_on,
        case when left_on is null or left_on > created_on then 1 else 0 end as turned,
        tickets.*
    from tickets_by_name as tickets
    union all
    select
        left_on,
        -1,
        tickets.*
    from tickets_by_name as tickets
    where left_on > created_on
    union all
    select
        unnest([turned_on, next_turned_on]),
        unnest([1, -1]),
        tickets.*
    from reopened_turns
    inner join tickets_by_name as tickets using (ticket_id)
    where event = 'reopened' and coalesce(next_turned_on > turned_on, true)
)

select
    date_on,
    "all", client, service, contract, channel,
    request_type, request_value, complexity, priority,
    team, segment, country,
    agent,
    sum(turned) as turned_count
from turns
where date_on is not null
group by grouping sets (
    (date_on, "all", client, service, contract, channel),
    (date_on, request_type, request_value, complexity, priority),
    (date_on, team, segment, country),
    (date_on, agent)
);
create temp table period_backlog as from stocks('turned_tickets');
create table marts.fct_agent_absences as
select
    agent_id as agent, team, starts_on, ends_on,
    kind
from agent_absences
left join (select agent_id, team from agents) using (agent_id);

-- Orders, reviews, claims ----------------------------------------------------------------------

create table marts.fct_reviews as
select
    getvariable('source') as _source,
    review_id,
    coalesce(kind, 'review') as kind,
    customer_hash, reviews.order_id, product_id, platform, segment, country,
    of_five as rating,
    posted_at,
    local_date(posted_at) as posted_on,
    removed_at, day_type,
    removed_at is not null as is_removed,
    case when removed_at is null then of_five >= 4 end as is_positive,
    case when removed_at is null then of_five <= 2 end as is_negative,
    case
        when removed_at is not null then false
        when kind = 'referral' then true
        else coalesce(is_positive, coalesce(kind = 'social_post', false))
    end as is_positive_voice,
    person
from (
    select *, 1 + 4 * (cast(rating - 1 as double) / (coalesce(rating_scale, 5) - 1)) as of_five
    from reviews
) as reviews
left join (select order_id, customer_id as customer_of_order from orders) as orders
    on reviews.order_id = orders.order_id
left join people on coalesce(reviews.customer_id, customer_of_order) = people.customer_id
left join days on local_date(posted_at) = date_on;

create table marts.fct_order_claims as
select
    getvariable('source') as _source,
    claim_id, order_id, kind, opened_at,
    local_date(opened_at) as opened_on,
    coalesce(is_denied, false) as is_denied,
    kind = 'chargeback' or kind = 'guarantee_claim' and not coalesce(is_denied, false) as is_defect
from order_claims;

create table marts.fct_order_items as
select
    order_id, line_number, product_id, category, family, lifetime, quantity, unit_price,
    quantity * unit_price as amount
from order_items
left join products using (product_id);

set variable currency = (
    select case when count(distinct currency) = 1 and count(currency) = count(*) then min(currency)
        else 'EUR' end
    from orders
);

create table marts.fct_orders as
with sales as (
    select
        order_id, person, ordered_at,
        ordered_at > min(ordered_at) over (partition by person) as is_repeat
    from orders
    inner join people using (customer_id)
    where status <> 'cancelled'
),

lines as (
    select
        order_id,
        category is not null
        and ordered_at = min(ordered_at) over (partition by person, category) as is_new_category,
        family is not null and coalesce(list_price > max(list_price) over (
            partition by person, family order by ordered_at
            range between unbounded preceding and current row exclude group
        ), false) as is_dearer
    from order_items
    inner join sales using (order_id)
    inner join products using (product_id)
),

compared as (
    select
        order_id, is_repeat,
        is_repeat and coalesce(bool_or(is_new_category), false) as is_cross_sale,
        is_repeat and coalesce(bool_or(is_dearer), false) as is_up_sale
    from sales
    left join lines using (order_id)
    group by order_id, is_repeat
),

complaints as (
    select order_id from marts.fct_reviews where is_negative
    union
    select order_id from marts.fct_order_claims where is_defect
)

select
    getvariable('source') as _source,
    orders.order_id, customer_hash, marketplace, segment, country,
    coalesce(fulfilled_by, 'merchant') as fulfilled_by,
    status, ordered_at,
    local_date(ordered_at) as ordered_on,
    ship_by, shipped_at, deliver_by, delivered_at, cancelled_at, cancelled_by, amount,
    ordered_at + interval '60 days' as matures_at,
    case when matures_at <= getvariable('as_of') then complaints.order_id is not null end
        as is_defective,
    case
        when not is_promising then null
        when shipped_at is not null then shipped_at <= ship_by
        when status in ('shipped', 'delivered', 'returned') then null
        when ship_by < getvariable('as_of') then false
    end as is_shipped_on_time,
    case
        when not is_promising then null
        when delivered_at is not null then delivered_at <= deliver_by
        when status in ('delivered', 'returned') then null
        when deliver_by < getvariable('as_of') then false
    end as is_delivered_on_time, day_type,
    coalesce(currency, getvariable('currency')) as currency,
    coalesce(currency = getvariable('currency'), true) as is_in_reporting_currency,
    status <> 'cancelled' as is_sale,
    coalesce(is_repeat, false) as is_repeat_order,
    coalesce(is_cross_sale, false) as is_cross_sale,
    coalesce(is_up_sale, false) as is_up_sale,
    is_promising and shipped_at is null and status not in ('shipped', 'delivered', 'returned')
    and coalesce(ship_by >= getvariable('as_of'), false) as is_shipment_awaited,
    is_promising and delivered_at is null and status not in ('delivered', 'returned')
    and coalesce(deliver_by >= getvariable('as_of'), false) as is_delivery_awaited,
    case
        when fulfilled_by = 'marketplace' then null
        else
            status = 'cancelled' and coalesce(cancelled_by = 'merchant', false)
            and (shipped_at is null or coalesce(cancelled_at < shipped_at, false))
    end as is_cancelled_by_merchant,
    person
from (
    select
        *,
        coalesce(fulfilled_by, 'merchant') = 'merchant' and status <> 'cancelled' as is_promising
    from orders
) as orders
left join compared on orders.order_id = compared.order_id
left join complaints on orders.order_id = complaints.order_id
left join people using (customer_id)
left join days on local_date(ordered_at) = date_on;

create temp table grouped_orders as
select
    ordered_on as date_on,
    'all' as "all",
    coalesce(marketplace, '(none)') as marketplace,
    coalesce(segment, '(none)') as segment,
    coalesce(country, '(none)') as country,
    count(is_defective) as defect_judged_count,
    count(*) filter (is_defective) as defective_count,
    count(*) filter (is_defective is null) as immature_order_count,
    count(is_shipped_on_time) as shipment_judged_count,
    count(*) filter (is_shipped_on_time) as shipped_on_time_count,
    count(*) filter (is_shipment_awaited) as shipment_awaited_count,
    count(is_delivered_on_time) as delivery_judged_count,
    count(*) filter (is_delivered_on_time) as delivered_on_time_count,
    count(*) filter (is_delivery_awaited) as delivery_awaited_count,
    count(is_cancelled_by_merchant) as merchant_order_count,
    count(*) filter (is_cancelled_by_merchant) as cancelled_by_merchant_count,
    count(*) filter (is_sale) as sale_count,
    count(*) filter (is_repeat_order) as repeat_sale_count,
    count(*) filter (is_repeat_order and is_in_reporting_currency) as valued_repeat_sale_count,
    sum(amount) filter (is_repeat_order and is_in_reporting_currency) as repeat_sale_amount
from marts.fct_orders
group by all;
create temp table period_orders as from by_period('grouped_orders', '');

-- An order stands under each lifetime that it holds, with the amount of those lines.
create temp table grouped_lifetimes as
select
    ordered_on as date_on, lifetime,
    count(*) filter (is_sale) as sale_count,
    count(*) filter (is_repeat_order) as repeat_sale_count,
    count(*) filter (is_repeat_order and is_in_reporting_currency) as valued_repeat_sale_count,
    sum(amount) filter (is_repeat_order and is_in_reporting_currency) as repeat_sale_amount
from (
    select
        ordered_on,
        coalesce(lifetime, '(none)') as lifetime,
        is_sale, is_repeat_order, is_in_reporting_currency,
        coalesce(sum(items.amount), max(orders.amount)) as amount
    from marts.fct_orders as orders
    left join marts.fct_order_items as items using (order_id)
    group by
        order_id, ordered_on, items.lifetime, is_sale, is_repeat_order, is_in_reporting_currency
)
group by ordered_on, lifetime;
create temp table period_lifetimes as from by_period('grouped_lifetimes', '');

create temp table grouped_reviews as
select
    posted_on as date_on,
    'all' as "all",
    coalesce(platform, '(none)') as platform,
    coalesce(segment, '(none)') as segment,
    coalesce(country, '(none)') as country,
    count(*) filter (kind = 'review') as review_count,
    count(rating) as rated_count,
    sum(rating) as sum_of_rating,
    sum(squared(rating)) as rating_squared,
    count(*) filter (is_positive) as positive_count,
    count(*) filter (is_negative) as negative_count
from marts.fct_reviews
where not is_removed
group by all;
create temp table period_reviews as from by_period('grouped_reviews', '');

-- Three deviations above the mean of the four weeks before, days without reviews too.
create temp table review_bursts as
with platform_days as (
    select
        platform, posted_on,
        count(*) as review_count
    from marts.fct_reviews
    where platform is not null
    group by platform, posted_on
),

before as (
    select
        platform, posted_on, review_count,
        posted_on >= min(posted_on) over (partition by platform) + 28 as is_judged,
        coalesce(sum(review_count) over four_weeks, 0) as reviews_before,
        coalesce(sum(review_count * review_count) over four_weeks, 0) as squares
    from platform_days
    window four_weeks as (
        partition by platform order by posted_on
        range between interval 28 day preceding and interval 1 day preceding
    )
)

select
    'day' as grain,
    posted_on as period_start,
    posted_on < getvariable('as_of_on') as is_over,
    'platform' as dimension,
    platform as dimension_value, is_judged,
    is_judged and review_count >= 10
    and review_count > reviews_before / 28
    + 3 * sqrt((28 * squares - reviews_before * reviews_before) / (28 * 27)) as is_burst
from before;

-- Customers counted once a period: who ordered in it, bought again, praised or complained.
create temp table period_buyers as
with deeds as (
    select
        person, segment, country,
        ordered_on as date_on,
        true as is_order, is_sale, is_repeat_order, is_cross_sale, is_up_sale,
        false as is_positive, false as is_negative
    from marts.fct_orders
    union all
    select
        person, segment, country, posted_on, false, false, false, false, false,
        is_positive, is_negative
    from marts.fct_reviews
    where person is not null and (is_positive or is_negative)
),

customers_of_periods as (
    select
        grain, period_start, is_over,
        'all' as "all",
        coalesce(segment, '(none)') as segment,
        coalesce(country, '(none)') as country,
        bool_or(is_order) as is_order,
        bool_or(is_sale) as is_sale,
        bool_or(is_repeat_order) as is_repeat,
        bool_or(is_cross_sale) as is_cross,
        bool_or(is_up_sale) as is_up,
        bool_or(is_positive) as is_positive,
        bool_or(is_negative) as is_negative
    from deeds
    inner join periods using (date_on)
    group by grain, period_start, is_over, person, segment, country
    having bool_or(is_order)
)

from (
    unpivot (
        select
            grain, period_start, is_over,
            "all", segment, country,
            count(*) as customer_count,
            count(*) filter (is_positive) as positive_customer_count,
            count(*) filter (is_negative) as negative_customer_count,
            count(*) filter (is_sale) as buyer_count,
            count(*) filter (is_repeat) as returning_buyer_count,
            count(*) filter (is_cross) as cross_sold_count,
            count(*) filter (is_up) as up_sold_count
        from customers_of_periods
        group by grouping sets (
            (grain, period_start, is_over, "all"),
            (grain, period_start, is_over, segment),
            (grain, period_start, is_over, country)
        )
    )
    on "all", segment, country into name dimension value dimension_value
);

-- Subscriptions and active customers -----------------------------------------------------------

create table marts.fct_subscriptions as
select
    getvariable('source') as _source,
    terms.subscription_id, terms.term_number, customer_hash, segment, country, terms.plan,
    terms.starts_on, terms.ends_on, terms.cancelled_on,
    least(terms.ends_on, terms.cancelled_on) as ended_on,
    ended_on + 30 as matures_on,
    terms.amount,
    ended_on <= getvariable('as_of_on') as is_ended,
    coalesce(next_terms.starts_on <= matures_on, false) as has_next_term,
    case when matures_on <= getvariable('as_of_on') then has_next_term end as is_renewed,
    person
from subscriptions as terms
left join subscriptions as next_terms
    on terms.subscription_id = next_terms.subscription_id
    and terms.term_number + 1 = next_terms.term_number
left join people on terms.customer_id = people.customer_id;

create temp table grouped_terms as
select
    ended_on as date_on,
    'all' as "all",
    coalesce(segment, '(none)') as segment,
    coalesce(country, '(none)') as country,
    count(*) filter (has_next_term) as followed_term_count,
    count(is_renewed) as mature_term_count,
    count(*) filter (is_renewed) as renewed_term_count,
    count(*) filter (is_renewed is null) as immature_term_count
from marts.fct_subscriptions
where is_ended
group by all;
create temp table period_terms as from by_period('grouped_terms', '', has_day_type := false);

-- Overlapping spans of a customer are one: each starts where none before it reaches, and ends where
-- the furthest before the next start does.
create temp table active_spans as
with spans as (
    select
        person, starts_on as active_from, ended_on as active_until,
        0 as days_seen_before
    from marts.fct_subscriptions
    where ended_on > starts_on
    union all
    select
        person,
        ordered_on + 1,
        ordered_on + 366,
        1
    from marts.fct_orders
    anti join marts.fct_subscriptions using (person)
    where is_sale
),

reached as (
    select
        *,
        max(active_until) over (earlier rows between unbounded preceding and 1 preceding)
            as reached_until,
        max(active_until) over (partition by person) as last_until
    from spans
    window earlier as (partition by person order by active_from, active_until)
)

select
    person, active_from, days_seen_before,
    coalesce(lead(reached_until) over spans_of_person, last_until) as active_until,
    reached_until is null and lead(active_from) over spans_of_person is null as is_only
from reached
where reached_until is null or reached_until < active_from
window spans_of_person as (partition by person order by active_from);

create temp table closing as
select distinct
    grain,
    cast(date_trunc(grain, month_on) as date) as period_start,
    least(cast(date_trunc(grain, month_on) + step as date), getvariable('as_of_on') + 1)
        as closes_on
from (
    select unnest(generate_series(
        date_trunc('month', min(active_from)), getvariable('as_of_on'), interval 1 month
    )) as month_on
    from active_spans
), (
    values ('month', interval 1 month), ('quarter', interval 3 month), ('year', interval 1 year)
) as grains (grain, step);

create table marts.fct_customer_periods as
with seen as (
    select
        grain, period_start, person,
        active_from <= period_start as is_active_at_start,
        active_until > closes_on as is_active_at_end,
        is_only
    from active_spans
    inner join closing on closes_on >= active_from and period_start < active_until
),

active as (
    select * exclude (is_only) from seen
    where is_only
    union all
    select
        grain, period_start, person,
        bool_or(is_active_at_start),
        bool_or(is_active_at_end)
    from seen
    where not is_only
    group by grain, period_start, person
)

select
    grain, period_start, customer_hash, segment, country, is_active_at_start,
    is_active_at_end,
    case when is_active_at_start then is_active_at_end end as is_retained
from active
inner join people using (person);

create temp table period_customers as
from (
    unpivot (
        select
            grain, period_start,
            closes_on <= getvariable('as_of_on') as is_over,
            "all", segment, country,
            count(*) filter (is_active_at_start) as active_at_start_count,
            count(*) filter (is_retained) as retained_count,
            count(*) filter (not is_retained) as lost_count
        from (
            select
                * replace (
                    coalesce(segment, '(none)') as segment, coalesce(country, '(none)') as country
                ),
                'all' as "all"
            from marts.fct_customer_periods
            inner join closing using (grain, period_start)
        )
        group by grouping sets (
            (grain, period_start, closes_on, "all"),
            (grain, period_start, closes_on, segment),
            (grain, period_start, closes_on, country)
        )
    )
    on "all", segment, country into name dimension value dimension_value
)
where active_at_start_count > 0;

-- Revenue of each day, of a term each day its share, over the customers active in the period; one
-- who comes again in the period of the last going counts there but once.
create temp table period_revenue as
with like_terms as (
    select
        starts_on, ends_on, segment, country,
        cast(sum(amount) as double) / (ends_on - starts_on) as amount_a_day
    from marts.fct_subscriptions
    where starts_on < ends_on and amount is not null
    group by starts_on, ends_on, segment, country
),

earned as (
    select
        ordered_on as date_on, segment, country,
        cast(sum(amount) as double) as amount
    from marts.fct_orders
    where is_sale and is_in_reporting_currency
    group by ordered_on, segment, country
    union all
    select
        date_on, segment, country,
        amount_a_day
    from like_terms
    inner join days on date_on >= starts_on and date_on < ends_on
    where date_on <= getvariable('as_of_on')
),

present as (
    select
        active_from - days_seen_before as first_on,
        least(active_until - 1, getvariable('as_of_on')) as last_on,
        last_on_before, segment, country,
        count(*) as customers
    from (
        select
            *,
            lag(active_until - 1) over (partition by person order by active_from) as last_on_before
        from active_spans
    )
    inner join people using (person)
    where active_from - days_seen_before <= getvariable('as_of_on')
    group by all
),

spans as (
    select
        firsts.grain, firsts.period_start as first_period, lasts.period_start as last_period,
        coalesce(date_trunc(firsts.grain, last_on_before) = firsts.period_start, false)
            as is_counted_before,
        segment, country,
        sum(customers) as customers
    from present
    inner join periods as firsts on first_on = firsts.date_on
    inner join periods as lasts on last_on = lasts.date_on and firsts.grain = lasts.grain
    group by all
),

parts as (
    select grain, period_start, segment, country, 0 as customers, amount
    from earned
    inner join periods using (date_on)
    union all
    select grain, period_start, segment, country, customers, 0
    from spans
    inner join (select distinct grain, period_start from periods) using (grain)
    where
        period_start between first_period and last_period
        and not (is_counted_before and period_start = first_period)
)

from (
    unpivot (
        select
            grain, period_start, is_over,
            "all", segment, country,
            cast(sum(customers) as double) as active_customer_count,
            sum(amount) as revenue_amount
        from (
            select
                * replace (
                    coalesce(segment, '(none)') as segment, coalesce(country, '(none)') as country
                ),
                'all' as "all"
            from parts
        )
        inner join (select distinct grain, period_start, is_over from periods)
            using (grain, period_start)
        group by grouping sets (
            (grain, period_start, is_over, "all"),
            (grain, period_start, is_over, segment),
            (grain, period_start, is_over, country)
        )
    )
    on "all", segment, country into name dimension value dimension_value
);

-- Surveys --------------------------------------------------------------------------------------

create temp table survey_people as
select
    surveys.rowid as survey_row,
    calls.call_id is not null as is_call_known,
    tickets.ticket_id is not null as is_ticket_known,
    coalesce(
        own.person, case when calls.customer_hash is not null then calls.caller end,
        tickets.person, orders.person
    ) as person
from (select *, rowid from surveys) as surveys
left join people as own using (customer_id)
left join marts.fct_calls as calls on surveys.call_id = calls.call_id
left join marts.fct_tickets as tickets on surveys.ticket_id = tickets.ticket_id
left join marts.fct_orders as orders on surveys.order_id = orders.order_id;

-- After these a customer is no fair judge for two days; a ticket weighs until it is resolved.
create temp table bad_moments as
select
    caller as person, ended_at as happened_at,
    null as over_at
from marts.fct_calls
where is_abandoned and customer_hash is not null
union all
select
    person, created_at,
    coalesce(first_resolved_at, tickets.resolved_at)
from marts.fct_tickets as tickets
left join logged using (ticket_id)
where is_counted and person is not null
union all
select
    person, occurred_at,
    null
from reopened_turns
inner join marts.fct_tickets using (ticket_id)
where event = 'reopened' and is_counted and person is not null
union all
select
    person, posted_at,
    null
from marts.fct_reviews
where is_negative and person is not null;

create table marts.fct_surveys as
with ill_timed as (
    select distinct survey_row
    from surveys
    inner join survey_people on surveys.rowid = survey_row
    inner join bad_moments using (person)
    where
        kind = 'nps' and responded_at is not null and score is not null
        and coalesce(sent_at, responded_at) >= happened_at
        and coalesce(sent_at, responded_at) <= happened_at + interval '2 days'
        and (over_at is null or coalesce(sent_at, responded_at) < over_at)
)

select
    getvariable('source') as _source,
    survey_id, kind as survey_kind, customer_hash, client, channel, agent_id as agent, team,
    segment, country,
    coalesce(answer_days.day_type, sending_days.day_type) as day_type,
    sending_days.day_type as sending_day_type,
    case when is_call_known then getvariable('source') end as call_source,
    call_id,
    case when is_ticket_known then getvariable('source') end as ticket_source,
    ticket_id, order_id,
    coalesce(sent_at, responded_at) as sent_at,
    local_date(coalesce(sent_at, responded_at)) as sent_on,
    responded_at,
    local_date(responded_at) as responded_on,
    cast(score as double) as score,
    coalesce(scale_max, 5) as scale_max,
    responded_at is not null as is_answered,
    case
        when kind <> 'nps' or responded_at is null or surveys.score is null then null
        when surveys.score >= 9 then 'promoter'
        when surveys.score >= 7 then 'passive'
        else 'detractor'
    end as nps_group,
    case nps_group when 'promoter' then 100.0 when 'passive' then 0 when 'detractor' then -100 end
        as nps_points,
    nps_group = 'promoter' as is_promoter_score,
    case
        when kind = 'csat' and is_answered
            then surveys.score >= coalesce(surveys.scale_max, 5) + 1 - case
                when coalesce(surveys.scale_max, 5) <= 3 then 1
                when coalesce(surveys.scale_max, 5) <= 7 then 2
                else 3
            end
    end as is_satisfied,
    case when kind = 'ces' and is_answered then cast(surveys.score as double) end as effort_score,
    case when kind = 'ces_v2' and is_answered then cast(surveys.score as double) end
        as effort_score_v2,
    case when nps_group is not null then ill_timed.survey_row is not null end as is_ill_timed,
    person
from (select *, rowid as survey_row from surveys) as surveys
inner join survey_people using (survey_row)
left join ill_timed using (survey_row)
left join people using (person)
left join (select agent_id, team from agents) using (agent_id)
left join days as answer_days
    on local_date(responded_at) = answer_days.date_on
left join days as sending_days
    on local_date(coalesce(sent_at, responded_at)) = sending_days.date_on;

create temp view surveys_by_name as
select
    * exclude (client, channel, team, agent, survey_kind, segment, country),
    coalesce(columns('^(client|channel|team|agent|survey_kind|segment|country)$'), '(none)'),
    'all' as "all"
from marts.fct_surveys;

create temp table grouped_answers as
select
    responded_on as date_on,
    "all", client, channel, survey_kind,
    agent, team,
    segment, country,
    count(nps_points) as nps_answer_count,
    count(*) filter (nps_group = 'promoter') as promoter_count,
    count(*) filter (nps_group = 'passive') as passive_count,
    count(*) filter (nps_group = 'detractor') as detractor_count,
    sum(nps_points) as nps_points,
    sum(squared(nps_points)) as nps_squared,
    count(*) filter (is_ill_timed) as ill_timed_count,
    count(is_satisfied) as satisfaction_answer_count,
    count(*) filter (is_satisfied) as satisfied_count,
    count(effort_score) as effort_answer_count,
    sum(effort_score) as sum_of_effort_score,
    sum(squared(effort_score)) as effort_squared,
    count(effort_score_v2) as effort_v2_answer_count,
    sum(effort_score_v2) as sum_of_effort_v2_score,
    sum(squared(effort_score_v2)) as effort_v2_squared
from surveys_by_name
where is_answered
group by grouping sets (
    (responded_on, "all", client, channel, survey_kind),
    (responded_on, agent, team),
    (responded_on, segment, country)
);
create temp table period_answers as from by_period('grouped_answers', 'agent');

create temp table grouped_invitations as
select
    sent_on as date_on,
    "all", client, channel, survey_kind,
    agent, team,
    segment, country,
    count(*) as sent_count,
    count(*) filter (is_answered) as answered_count
from surveys_by_name
where sent_on is not null
group by grouping sets (
    (sent_on, "all", client, channel, survey_kind),
    (sent_on, agent, team),
    (sent_on, segment, country)
);
create temp table period_invitations as from by_period('grouped_invitations', 'agent');

-- Advocates: a promoter score and a word in public, each holding for a year, at the same time.
create temp table praise as
select person, 'score' as kind, responded_on as praised_on
from marts.fct_surveys
where is_promoter_score and person is not null and responded_at <= getvariable('as_of')
union all
select person, 'voice', posted_on
from marts.fct_reviews
where is_positive_voice and person is not null and posted_at <= getvariable('as_of');

create temp table turned_advocates as
with reached as (
    select
        *,
        lag(praised_on + 365) over (partition by person, kind order by praised_on) as reached_until,
        max(praised_on + 365) over (partition by person, kind) as last_until
    from praise
),

spans as (
    select
        person, kind, praised_on,
        coalesce(
            lead(reached_until) over (partition by person, kind order by praised_on), last_until
        ) as holds_until
    from reached
    where reached_until is null or reached_until < praised_on
),

turns as (
    select person, praised_on as date_on, 0 as turned
    from praise
    union all
    select
        person,
        unnest([
            greatest(scores.praised_on, voices.praised_on),
            least(scores.holds_until, voices.holds_until)
        ]),
        unnest([1, -1])
    from spans as scores
    inner join spans as voices using (person)
    where
        scores.kind = 'score' and voices.kind = 'voice'
        and scores.praised_on < voices.holds_until and scores.holds_until > voices.praised_on
)

select
    date_on,
    'all' as "all",
    coalesce(segment, '(none)') as segment,
    coalesce(country, '(none)') as country,
    sum(turned) as turned_count
from turns
inner join people using (person)
group by all;
create temp table period_advocates as from stocks('turned_advocates');

-- Contacts and journeys ------------------------------------------------------------------------

-- A phone ticket that an inbound call points to is that call's contact.
create table marts.fct_contacts as
with contacts as (
    select
        'call' as contact_kind,
        call_id as contact_id, caller_hash, customer_hash, client, service, contract,
        'phone' as channel,
        reason as request_type, segment, country, day_type, started_on as contacted_on,
        started_at as contacted_at,
        is_answered and coalesce(is_resolved, true) as is_resolved,
        caller
    from marts.fct_calls
    where is_inbound
    union all
    select
        'ticket',
        ticket_id, customer_hash, customer_hash, client, service, contract, channel, request_type,
        segment, country, day_type, created_on, created_at,
        resolved_at is not null,
        person
    from marts.fct_tickets
    where
        is_counted and (
            channel is distinct from 'phone'
            or ticket_id not in (
                select ticket_id from marts.fct_calls where is_inbound and ticket_id is not null
            )
        )
)

select
    getvariable('source') as _source,
    contacts.* exclude (caller),
    is_self_care,
    request_value = 'low' as is_low_value,
    caller
from contacts
left join request_types using (request_type);

create temp table grouped_contacts as
select
    contacted_on as date_on,
    "all", client, service, contract, channel,
    request_type,
    segment, country,
    count(*) as contact_count,
    count(is_low_value) as valued_count,
    count(*) filter (is_low_value) as low_value_count,
    count(*) filter (is_self_care) as self_care_count
from (
    select
        * exclude (client, service, contract, channel, request_type, segment, country),
        coalesce(
            columns('^(client|service|contract|channel|request_type|segment|country)$'), '(none)'
        ),
        'all' as "all"
    from marts.fct_contacts
)
group by grouping sets (
    (contacted_on, "all", client, service, contract, channel),
    (contacted_on, request_type),
    (contacted_on, segment, country)
);
create temp table period_contacts as from by_period('grouped_contacts', '');

create table marts.fct_email_tickets as
with emails as (
    select * from marts.fct_tickets
    where is_counted and channel = 'email' and person is not null
),

called as (
    select distinct emails.ticket_id
    from emails
    inner join marts.fct_calls as calls on person = caller and is_inbound
    where
        created_at < started_at and started_at <= created_at + interval '7 days'
        and coalesce(first_response_at > started_at, true)
)

select
    _source, emails.ticket_id, customer_hash, client, service, contract, team, agent, request_type,
    request_value, complexity, priority, segment, country, day_type, created_on, created_at,
    first_response_at,
    created_at + interval '7 days' as matures_at,
    case when first_response_seconds <= 86400 then 'yes' else 'no' end as answered_within_24h,
    case when matures_at_email <= getvariable('as_of') then called.ticket_id is not null end
        as is_followed_by_call
from (select *, created_at + interval '7 days' as matures_at_email from emails) as emails
left join called using (ticket_id);

create temp table grouped_emails as
select
    created_on as date_on,
    "all", client, service, contract,
    request_type, request_value, complexity, priority,
    team, segment, country, answered_within_24h,
    agent,
    count(is_followed_by_call) as email_ticket_count,
    count(*) filter (is_followed_by_call) as followed_by_call_count,
    count(*) filter (is_followed_by_call is null) as immature_email_ticket_count
from (
    select
        * exclude (
            client, service, contract, request_type, request_value, complexity, priority, team,
            segment, country, agent
        ),
        coalesce(columns(
            '^(client|service|contract|request_type|request_value|complexity|priority|team)$'
        ), '(none)'),
        coalesce(columns('^(segment|country|agent)$'), '(none)'),
        'all' as "all"
    from marts.fct_email_tickets
)
group by grouping sets (
    (created_on, "all", client, service, contract),
    (created_on, request_type, request_value, complexity, priority),
    (created_on, team, segment, country, answered_within_24h),
    (created_on, agent)
);
create temp table period_emails as from by_period('grouped_emails', 'agent');

-- A silence of more than 72 hours ends a journey. Most are of one contact; only of those that
-- switch the channel is the path put together, of six steps and a dot for more.
create temp table followed as
select
    caller, contacted_on, contacted_at,
    coalesce(channel, '(none)') as channel,
    is_resolved, segment, country,
    row_number() over contacts as place,
    coalesce(contacted_at - lag(contacted_at) over contacts <= interval '72 hours', false)
        as is_going_on,
    coalesce(lead(contacted_at) over contacts - contacted_at <= interval '72 hours', false)
        as is_gone_on
from marts.fct_contacts
where caller is not null
window contacts as (partition by caller order by contacted_at, contact_id, contact_kind);

create temp table chained as
select
    *,
    count(*) filter (not is_going_on) over long_ones as journey,
    is_going_on and channel <> lag(channel) over long_ones as is_switch
from followed
where is_going_on or is_gone_on
window long_ones as (partition by caller order by place);

create temp table grouped_journeys as
with paths as (
    select
        caller, journey,
        list(channel order by place) filter (is_switch or not is_going_on) as steps
    from chained
    semi join (select caller, journey from chained where is_switch) using (caller, journey)
    group by caller, journey
),

long_ones as (
    select
        caller, journey,
        min(contacted_on) as started_on,
        max(contacted_at) as last_at,
        max(segment) as segment,
        max(country) as country,
        max(channel) filter (not is_gone_on) as channel,
        bool_or(is_resolved) filter (not is_gone_on) as is_resolved
    from chained
    group by caller, journey
),

journeys as (
    select
        started_on, last_at, segment, country, channel, is_resolved,
        steps is not null as is_pivoted,
        coalesce(
            array_to_string(steps[:6], ' > ') || case when len(steps) > 6 then ' > …' else '' end,
            channel
        ) as path
    from long_ones
    left join paths using (caller, journey)
    union all
    select contacted_on, contacted_at, segment, country, channel, is_resolved, false, channel
    from followed
    where not is_going_on and not is_gone_on
)

select
    started_on as date_on,
    'all' as "all",
    coalesce(segment, '(none)') as segment,
    coalesce(country, '(none)') as country,
    channel, path,
    count(*) filter (is_over) as journey_count,
    count(*) filter (is_over and is_pivoted) as pivoted_journey_count,
    count(*) filter (is_over and is_resolved) as resolved_journey_count,
    count(*) filter (not is_over) as immature_journey_count
from (
    select *, last_at + interval '72 hours' <= getvariable('as_of') as is_over
    from journeys
)
group by all;
create temp table period_journeys as
from by_period('grouped_journeys', 'path', has_day_type := false);

create temp view buyers as from period_buyers where buyer_count > 0;

-- Each channel beside all of them.
create temp view channels as
select
    channel.*,
    whole.contact_count as whole_count
from period_contacts as channel
inner join period_contacts as whole using (grain, period_start)
where channel.dimension = 'channel' and whole.dimension = 'all';

-- kpi_values -----------------------------------------------------------------------------------

create temp macro kpi(kpi_key, kind, numerator, denominator, squares, sample_size, immature) as {
    'kpi_key': kpi_key,
    'kind': kind,
    'numerator': cast(numerator as double),
    'denominator': cast(denominator as double),
    'squares': cast(squares as double),
    'sample_size': cast(sample_size as bigint),
    'immature_count': cast(immature as bigint)
};
create temp macro ratio(kpi_key, numerator, denominator, immature := 0) as
    kpi(kpi_key, 'ratio', numerator, denominator, null, denominator, immature);
create temp macro mean(kpi_key, numerator, denominator, squares) as
    kpi(kpi_key, 'mean', numerator, denominator, squares, denominator, 0);
create temp macro points(kpi_key, numerator, denominator, squares) as
    kpi(kpi_key, 'points', numerator, denominator, squares, denominator, 0);
create temp macro quotient(kpi_key, numerator, denominator) as
    kpi(kpi_key, 'quotient', numerator, denominator, null, denominator, 0);
create temp macro total(kpi_key, numerator, sample_size := null) as
    kpi(kpi_key, 'total', numerator, 1, null, coalesce(sample_size, numerator), 0);

create temp macro cells(relation, kpis) as table (
    select
        grain, period_start, is_over, dimension, dimension_value,
        unnest(kpis, recursive := true)
    from query_table(relation)
);

create table marts.kpi_values as
with counted as (
    from cells('period_calls', [
        ratio('abandon_rate', abandoned_count, inbound_count),
        ratio('answer_rate', answered_count, offered_count),
        ratio('callback_rate', callback_asked_count, callback_able_count),
        ratio('callback_success_rate', callback_served_count, callback_asked_count),
        ratio('ivr_abandon_rate', abandoned_in_ivr_count, inbound_count),
        ratio('queue_abandon_rate', queue_loss_count, queue_loss_judged_count),
        ratio('redundancy_rate', redundant_caller_day_count, caller_day_count),
        ratio('redundant_call_share', redundant_call_count, identified_call_count),
        ratio('service_level', service_level_met_count, service_level_judged_count),
        ratio('transfer_rate', transferred_count, answered_count),
        ratio('first_call_resolution', solved_issue_count, issue_count, immature_issue_count),
        total('calls_offered', offered_count),
        mean(
            'average_callback_delay', callback_delay_seconds,
            callback_timed_count, callback_delay_squared
        ),
        mean('average_handle_time', handle_seconds, answered_count, handle_squared),
        mean('average_hold_time', hold_seconds, answered_count, hold_squared),
        mean(
            'average_speed_of_answer', answered_wait_seconds, answered_count, answered_wait_squared
        ),
        mean('average_talk_time', talk_seconds, answered_count, talk_squared),
        mean('average_wait_time', offered_wait_seconds, offered_count, offered_wait_squared),
        mean('average_wrap_up_time', wrap_up_seconds, answered_count, wrap_up_squared),
        mean('case_closure_delay', closure_delay_seconds, case_closed_count, closure_delay_squared)
    ])
    union all
    from cells('period_tickets', [
        total('tickets_created', created_count),
        ratio('issue_resolution_rate', resolved_now_count, created_count),
        ratio('reopen_rate', reopened_count, ever_resolved_count),
        ratio(
            'response_rate_in_time', promise_met_count, promise_judged_count, promise_immature_count
        ),
        mean('first_response_time', response_seconds, responded_count, response_squared),
        mean(
            'first_response_time_business', response_open_seconds,
            responded_in_open_time_count, response_open_squared
        )
    ])
    union all
    from cells('period_resolutions', [
        mean('resolution_time', resolution_seconds, resolved_count, resolution_squared),
        mean(
            'resolution_time_business', resolution_open_seconds,
            resolved_in_open_time_count, resolution_open_squared
        ),
        ratio('one_touch_resolution_rate', one_touch_count, touch_judged_count)
    ])
    union all
    from cells('period_responses', [
        total('median_first_response_time', percentiles[1], amount_count),
        total('p90_first_response_time', percentiles[2], amount_count)
    ])
    union all
    from cells('period_resolution_times', [
        total('median_resolution_time', percentiles[1], amount_count),
        total('p90_resolution_time', percentiles[2], amount_count)
    ])
    union all
    from cells('responsiveness', [
        total('messaging_responsiveness', cast(is_responsive as integer), created_count)
    ])
    union all
    from cells('period_agent_days', [
        quotient('tickets_handled_per_agent_day', resolved_count, working_day_count)
    ])
    union all
    from cells('period_backlog', [
        total('backlog', stock_count)
    ])
    union all
    from cells('period_advocates', [
        total('advocates', stock_count)
    ])
    union all
    from cells('period_orders', [
        ratio('cancellation_rate', cancelled_by_merchant_count, merchant_order_count),
        ratio(
            'on_time_delivery_rate', delivered_on_time_count,
            delivery_judged_count, delivery_awaited_count
        ),
        ratio(
            'on_time_shipment_rate', shipped_on_time_count,
            shipment_judged_count, shipment_awaited_count
        ),
        ratio('order_defect_rate', defective_count, defect_judged_count, immature_order_count),
        total('repeat_sales', repeat_sale_count),
        ratio('repeat_sales_rate', repeat_sale_count, sale_count),
        total('repeat_sales_value', repeat_sale_amount, valued_repeat_sale_count)
    ])
    union all
    from cells('period_lifetimes', [
        total('repeat_sales', repeat_sale_count),
        ratio('repeat_sales_rate', repeat_sale_count, sale_count),
        total('repeat_sales_value', repeat_sale_amount, valued_repeat_sale_count)
    ])
    union all
    from cells('period_reviews', [
        mean('average_rating', sum_of_rating, rated_count, rating_squared),
        ratio('negative_review_share', negative_count, rated_count),
        ratio('positive_review_share', positive_count, rated_count),
        total('review_count', review_count)
    ])
    union all
    from cells('review_bursts', [
        quotient('review_burst', cast(is_burst as integer), cast(is_judged as integer))
    ])
    union all
    from cells('period_buyers', [
        ratio('negative_feedback_rate', negative_customer_count, customer_count),
        ratio('positive_review_rate', positive_customer_count, customer_count)
    ])
    union all
    from cells('buyers', [
        ratio('cross_sell_rate', cross_sold_count, returning_buyer_count),
        ratio('up_sell_rate', up_sold_count, returning_buyer_count)
    ])
    union all
    from cells('period_terms', [
        ratio('renewal_rate', renewed_term_count, mature_term_count, immature_term_count),
        total('renewals', followed_term_count)
    ])
    union all
    from cells('period_customers', [
        ratio('churn_rate', lost_count, active_at_start_count),
        ratio('retention_rate', retained_count, active_at_start_count)
    ])
    union all
    from cells('period_revenue', [
        quotient('average_revenue_per_user', revenue_amount, active_customer_count)
    ])
    union all
    from cells('period_answers', [
        mean('customer_effort_score', sum_of_effort_score, effort_answer_count, effort_squared),
        mean(
            'customer_effort_score_v2', sum_of_effort_v2_score,
            effort_v2_answer_count, effort_v2_squared
        ),
        points('net_promoter_score', nps_points, nps_answer_count, nps_squared),
        ratio('customer_satisfaction_score', satisfied_count, satisfaction_answer_count),
        ratio('nps_timing_bias', ill_timed_count, nps_answer_count),
        total('detractors', detractor_count),
        total('passives', passive_count),
        total('promoters', promoter_count)
    ])
    union all
    from cells('period_invitations', [
        ratio('survey_response_rate', answered_count, sent_count)
    ])
    union all
    from cells('period_contacts', [
        ratio('low_value_request_share', low_value_count, valued_count),
        ratio('self_care_share', self_care_count, valued_count)
    ])
    union all
    from cells('channels', [
        ratio('channel_share', contact_count, whole_count)
    ])
    union all
    from cells('period_emails', [
        ratio(
            'email_to_call_rate', followed_by_call_count,
            email_ticket_count, immature_email_ticket_count
        )
    ])
    union all
    from cells('period_journeys', [
        ratio('journey_resolution', resolved_journey_count, journey_count, immature_journey_count)
    ])
    union all
    from cells('period_journeys', [
        ratio('channel_pivot_rate', pivoted_journey_count, journey_count, immature_journey_count)
    ])
    where dimension in ('all', 'segment', 'country')
),

divided as (
    select
        *,
        numerator / nullif(denominator, 0) as value,
        case
            when kind = 'ratio' and sample_size > 0
                then 1.96 * sqrt(
                    greatest(value * (1 - value), 0) / sample_size
                    + 1.96 * 1.96 / (4.0 * sample_size * sample_size)
                )
            when kind in ('mean', 'points')
                then 1.96 * sqrt(
                    greatest(squares - numerator * numerator / nullif(denominator, 0), 0)
                    / nullif(case kind when 'mean' then sample_size - 1 else sample_size end, 0)
                    / nullif(sample_size, 0)
                )
        end as margin
    from counted
)

select
    kpi_key, grain, period_start, dimension, dimension_value, numerator, denominator, value,
    sample_size,
    case
        when kind <> 'ratio' then value - margin
        when sample_size > 0
            then greatest(0, (
                value + 1.96 * 1.96 / (2 * sample_size) - margin
            ) / (1 + 1.96 * 1.96 / sample_size))
    end as ci_low,
    case
        when kind <> 'ratio' then value + margin
        when sample_size > 0
            then least(1, (
                value + 1.96 * 1.96 / (2 * sample_size) + margin
            ) / (1 + 1.96 * 1.96 / sample_size))
    end as ci_high,
    immature_count = 0 and is_over as is_complete
from divided;

alter table marts.fct_calls drop column caller;
alter table marts.fct_contacts drop column caller;
alter table marts.fct_tickets drop column left_on;
alter table marts.fct_tickets drop column person;
alter table marts.fct_reviews drop column person;
alter table marts.fct_orders drop column person;
alter table marts.fct_subscriptions drop column person;
alter table marts.fct_surveys drop column person;
