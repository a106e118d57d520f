-- Counsellors' bookable times and the tasks they do for other committees; the registrar's inbox and what a registrar sees.

-- A time that a counsellor can be booked: made from the municipality's weekly pattern, or added by hand.
create table counselling_slot (
  id uuid primary key default gen_random_uuid(),
  unit text not null references unit (code),
  counsellor uuid not null references person (id),
  day date not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  source text not null default 'pattern' check (source in ('pattern', 'added')),
  -- null: free
  referral_id uuid references referral (id),
  booked_at timestamptz,
  withdrawn_at timestamptz,
  created_at timestamptz not null default clock_now(),
  check (starts_at < ends_at),
  check (referral_id is null or withdrawn_at is null)
);
-- Making the inventory twice adds nothing; nobody has two meetings at one time.
create unique index counselling_slot_once on counselling_slot (counsellor, starts_at);
alter table counselling_slot add constraint counselling_slot_apart exclude using gist (
  int8range(hashtextextended(counsellor::text, 0) / 2, hashtextextended(counsellor::text, 0) / 2, '[]') with &&,
  tstzrange(starts_at, ends_at) with &&) where (withdrawn_at is null);
create unique index counselling_slot_one_each on counselling_slot (referral_id) where referral_id is not null;
create index counselling_slot_free on counselling_slot (unit, starts_at) where referral_id is null and withdrawn_at is null;

-- `basis`: the tenant has said yes, or is only to be offered help; `slot_missing_at`: no time was left that comes early enough.
alter table referral
  add column basis text not null default 'offer' check (basis in ('offer', 'consent')),
  add column slot_missing_at timestamptz,
  add column alternative_at timestamptz;

-- Whom a counsellor is to reach by a task in a case that she may not see: the number, a name and an address, no more.
create table counselling_task (
  task_id uuid primary key references task (id),
  committee text not null references committee (code),
  case_number text not null,
  tenant_name text not null,
  address text not null
);

-- What reached the municipality outside its interfaces, or could not be read there, until somebody has entered it.
create table inbox_item (
  id uuid primary key default gen_random_uuid(),
  committee text not null references committee (code),
  channel text not null check (channel in ('paper', 'e-mail', 'sdk', 'phone', 'desk', 'interface')),
  -- the registry that put it in, or the system that sent what could not be read
  sender text not null,
  -- when it reached the municipality, which is what periods count from; entered is when somebody wrote it in
  received_at timestamptz not null,
  received_on date not null,
  state text not null default 'waiting' check (state in ('waiting', 'entered', 'not-ours')),
  -- the document as it came, sealed; its type is what its bytes say
  media_type text,
  raw bytea,
  sha256 text,
  size integer,
  -- why it could not be read, for what came by an interface
  fault text,
  added_by uuid references person (id),
  added_at timestamptz not null default clock_now(),
  handled_by uuid references person (id),
  handled_at timestamptz,
  reason text,
  notice_id uuid references notice (id),
  eviction_notice_id uuid references eviction_notice (id),
  check ((media_type is null) = (raw is null))
);
-- The same document from the same sender is one item, however often the button is pressed.
create unique index inbox_item_once on inbox_item (committee, sender, sha256) where sha256 is not null;
create index inbox_item_waiting on inbox_item (committee, received_at) where state = 'waiting';
create index inbox_item_added on inbox_item (sender, added_at);

-- When it was written in; what was received on paper may have come days before.
alter table notice add column entered_at timestamptz not null default clock_now();
alter table eviction_notice add column entered_at timestamptz not null default clock_now();

-- Two cases that may be one household: what the registrar is asked about, as ids.
create table case_likeness (
  case_id uuid not null references arrears_case (id),
  like_case_id uuid not null references arrears_case (id),
  committee text not null references committee (code),
  primary key (case_id, like_case_id)
);

do $$
declare name text;
begin
  foreach name in array array['counselling_slot', 'counselling_task', 'inbox_item', 'case_likeness'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy worker_all on %I for all to bokvar_worker using (true) with check (true)', name);
  end loop;
end $$;

create policy of_unit on counselling_slot for all to bokvar_web
  using ((select ctx('role')) in ('counsellor', 'supervisor') and unit in (select code from unit where committee = ctx('committee')))
  with check ((select ctx('role')) in ('counsellor', 'supervisor') and unit in (select code from unit where committee = ctx('committee')));
create policy of_counsellors on counselling_task for select to bokvar_web
  using ((select ctx('role')) in ('counsellor', 'supervisor') and committee = (select ctx('committee'))
    and exists (select 1 from task t where t.id = task_id));

-- One committee's registry never sees another's inbox. A system may leave what could not be read, and not look again.
create policy of_registry on inbox_item for all to bokvar_web
  using ((select ctx('role')) = 'registrar' and committee = (select ctx('committee')))
  with check ((select ctx('role')) = 'registrar' and committee = (select ctx('committee')));
create policy left_by_sender on inbox_item for insert to bokvar_web
  with check (sender = ctx('sender') and sender <> '' and state = 'waiting' and channel = 'interface');
create policy own_leavings on inbox_item for select to bokvar_web using (sender = ctx('sender') and channel = 'interface');
create policy of_registry on case_likeness for select to bokvar_web
  using ((select ctx('role')) = 'registrar' and committee = (select ctx('committee')));

-- The cases about which this committee's registry has an open question, and those that may be the same household. Runs as
-- the worker, because a registrar sees no case; answers with ids and takes everything from the transaction's own context.
create function asked_cases() returns setof uuid language sql stable security definer set search_path = public as $$
  select case_id from task where role = 'registrar' and state = 'open' and case_id is not null and committee = ctx('committee')
    and ctx('role') = 'registrar'
  union select l.like_case_id from case_likeness l join task t on t.case_id = l.case_id
    where t.role = 'registrar' and t.state = 'open' and t.committee = ctx('committee') and l.committee = ctx('committee')
      and ctx('role') = 'registrar' $$;
grant create on schema public to bokvar_worker;
alter function asked_cases() owner to bokvar_worker;
revoke create on schema public from bokvar_worker;

-- A landlord sees what it sent, a caseworker what belongs to a case seen; a registrar what the own registry has entered and
-- what an open question is about: the notices, never the case.
drop policy sent_or_seen on notice;
create policy sent_or_seen on notice for select to bokvar_web
  using (case when (select ctx('role')) = 'registrar'
    then sender = (select ctx('sender')) or sender = (select 'registry:' || ctx('committee')) or case_id in (select asked_cases())
    else sender = (select ctx('sender')) or exists (select 1 from arrears_case c where c.id = case_id) end);
drop policy sent_or_seen on eviction_notice;
create policy sent_or_seen on eviction_notice for select to bokvar_web
  using (case when (select ctx('role')) = 'registrar'
    then sender = (select ctx('sender')) or sender = (select 'registry:' || ctx('committee')) or case_id in (select asked_cases())
    else sender = (select ctx('sender')) or exists (select 1 from arrears_case c where c.id = case_id) end);
drop policy sent on notice_file;
create policy sent on notice_file for all to bokvar_web using (sender = ctx('sender')) with check (sender = ctx('sender'));

grant select, insert, update on counselling_slot to bokvar_web, bokvar_worker;
grant select, insert, update on counselling_task to bokvar_worker;
grant select on counselling_task to bokvar_web;
grant select, insert, update on inbox_item to bokvar_web;
grant select, update on inbox_item to bokvar_worker;
grant select, insert on case_likeness to bokvar_worker;
grant select on case_likeness to bokvar_web;
