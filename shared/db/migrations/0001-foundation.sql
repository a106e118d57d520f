-- The ground everything stands on: who may connect, whose clock counts, the outbox, the intake keys, the heartbeats.

-- One role per process, and one each for the keeper of the audit log and for erasure (0016); none of them owns a table with case
-- data, so none can step around row-level security.
do $$
declare wanted text;
begin
  foreach wanted in array array['bokvar_web', 'bokvar_worker', 'bokvar_relay', 'bokvar_sweeper', 'bokvar_watchdog', 'bokvar_auditor',
      'bokvar_keeper', 'bokvar_eraser'] loop
    begin
      execute format('create role %I nologin', wanted);
    exception when duplicate_object or unique_violation then null; -- roles belong to the cluster: another database made them
    end;
    -- Where another owner's database made them, only whoever rules the server can grant them: then it is done beforehand.
    if not exists (select 1 from pg_auth_members m
        where m.roleid = wanted::regrole and m.member = current_user::regrole and not m.admin_option) then
      execute format('grant %I to current_user', wanted);
    end if;
  end loop;
end $$;

revoke create on schema public from public;
grant usage on schema public to bokvar_web, bokvar_worker, bokvar_relay, bokvar_sweeper, bokvar_watchdog, bokvar_auditor;

-- The database's clock, and nobody else's, decides what is due. A rehearsal moves it by a row that only the owner may write.
create table clock_shift (
  only_row boolean primary key default true check (only_row),
  shift interval not null
);
grant select on clock_shift to public;

create function clock_now() returns timestamptz language sql stable
  as $$ select clock_timestamp() + coalesce((select shift from clock_shift), interval '0') $$;

-- The legal calendar day in Sweden at an instant of the database's clock.
create function clock_today() returns date language sql stable
  as $$ select (clock_now() at time zone 'Europe/Stockholm')::date $$;

-- A row is the job: written in the transaction that caused it, done in the transaction of its effect.
create table outbox (
  id bigint generated always as identity primary key,
  topic text not null,
  subject_id uuid not null,
  available_at timestamptz not null default clock_now(),
  lease_until timestamptz,
  claim_until timestamptz,
  publishes integer not null default 0,
  attempts integer not null default 0,
  done_at timestamptz,
  dead_at timestamptz,
  last_error text,
  created_at timestamptz not null default clock_now()
) with (fillfactor = 60); -- room for the lease beside the row it changes
create index outbox_undone on outbox (available_at, id) where done_at is null and dead_at is null;
create index outbox_done on outbox (done_at) where done_at is not null;
create index outbox_dead on outbox (dead_at) where dead_at is not null;

-- Deliberately without a unique key, so that a judge can see a double effect.
create table effect_log (
  outbox_id bigint not null,
  topic text not null,
  at timestamptz not null default clock_now()
);

-- A sender's Idempotency-Key and the answer it got; kept at least 400 days.
create table intake_key (
  sender text not null,
  key text not null,
  body_hash bytea not null,
  status integer not null,
  response jsonb not null,
  created_at timestamptz not null default clock_now(),
  primary key (sender, key)
);

create table heartbeat (
  process text primary key,
  kind text not null,
  at timestamptz not null,
  app_clock_ahead_ms integer not null default 0
);

create table web_session (
  id text primary key,
  data jsonb not null,
  subject text,
  expires_at timestamptz not null
);
create index web_session_subject on web_session (subject);
create index web_session_expires on web_session (expires_at);

grant select, insert, update on outbox to bokvar_worker, bokvar_relay;
grant insert on outbox to bokvar_web, bokvar_sweeper;
grant select on outbox to bokvar_web, bokvar_watchdog, bokvar_sweeper;
grant insert, select on effect_log to bokvar_worker;
grant select on effect_log to bokvar_watchdog;
grant select, insert on intake_key to bokvar_web;
grant select, insert, update on heartbeat to bokvar_web, bokvar_worker, bokvar_relay, bokvar_sweeper, bokvar_watchdog;
grant select, insert, update, delete on web_session to bokvar_web;
