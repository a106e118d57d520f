-- The watchdog: what is due and undone, in counts and ages, for a role that sees no content; and work that never ends.

-- How often a row was put off because it could not be tried fairly (a lock not given, a statement cut off). That is no
-- failure of its own; but a row put off again and again is told to a person instead of being put off for ever.
alter table outbox add column postponed integer not null default 0;

-- The number that the law's tables bear (config/law/versions.csv): what runs with an older one never replaces a newer.
alter table law_version add column version integer not null default 0;

-- The watchdog reads columns without content, nothing else; and it may say that it lives (the grant in 0001).
revoke select on outbox, effect_log, mail, stage from bokvar_watchdog;
grant select (topic, available_at, created_at, attempts, postponed, done_at, dead_at) on outbox to bokvar_watchdog;
grant select (state, created_at) on mail to bokvar_watchdog;
grant select (due_at, fired_at, stopped_at) on stage to bokvar_watchdog;
grant select (state, alarm_at) on task to bokvar_watchdog;
grant select (state, passes_on) on arrears_case to bokvar_watchdog;
grant select (sender, received_on) on notice to bokvar_watchdog;
grant select (sender, received_on) on eviction_notice to bokvar_watchdog;
grant select (client_id, kind, landlord_id, active) on system_client to bokvar_watchdog;
-- the working hours, by which a silent sender is told from a weekend
grant select on municipality, rule_version to bokvar_watchdog;
do $$
declare name text;
begin
  foreach name in array array['task', 'arrears_case', 'notice', 'eviction_notice'] loop
    execute format('create policy watch on %I for select to bokvar_watchdog using (true)', name);
  end loop;
end $$;

-- Everything that is due by the database's clock and not done: how many of each, and for how long the oldest has waited.
-- Run as the watchdog, so that whoever asks (the web's health page) sees these numbers and not a row more.
create function due_undone() returns table (what text, due integer, oldest_seconds double precision)
language sql stable security definer set search_path = public as $$
  select 'work', count(*)::int, coalesce(extract(epoch from clock_now() - min(available_at)), 0)::float8
    from outbox where done_at is null and dead_at is null and topic <> 'mail.queued' and available_at <= clock_now()
  union all
  -- tried, and not yet done: counted from the day it was written, since each try moves the next one on
  select 'stuck', count(*)::int, coalesce(extract(epoch from clock_now() - min(created_at)), 0)::float8
    from outbox where done_at is null and dead_at is null and topic <> 'mail.queued' and attempts + postponed > 0
  union all
  select 'stages', count(*)::int, coalesce(extract(epoch from clock_now() - min(due_at)), 0)::float8
    from stage where fired_at is null and stopped_at is null and due_at <= clock_now()
  union all
  select 'alarms', count(*)::int, coalesce(extract(epoch from clock_now() - min(alarm_at)), 0)::float8
    from task where state = 'open' and alarm_at <= clock_now()
  union all
  select 'days', count(*)::int, coalesce(extract(epoch from clock_now() - min(passes_on)::timestamp at time zone 'Europe/Stockholm'), 0)::float8
    from arrears_case where state = 'open' and passes_on <= clock_today()
  union all
  select 'mails', count(*)::int, coalesce(extract(epoch from clock_now() - min(created_at)), 0)::float8
    from mail where state in ('pending', 'sending')
$$;
-- A function runs as its owner; to own one, a role must be allowed to make things here, for this one moment.
grant create on schema public to bokvar_watchdog;
alter function due_undone() owner to bokvar_watchdog;
revoke create on schema public from bokvar_watchdog;
revoke execute on function due_undone() from public;
grant execute on function due_undone() to bokvar_web, bokvar_watchdog;
