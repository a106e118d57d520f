-- What saves a tenancy and what may be told of it: consents, plans, undertakings, respites, the day of the eviction, meetings.

-- Consent: one person's, to one recipient, for named items and one purpose. Never deleted: it shows what was told lawfully.
create table consent (
  id uuid primary key default gen_random_uuid(),
  case_id uuid not null references arrears_case (id),
  person text not null,
  recipient text not null,
  items text[] not null check (cardinality(items) > 0),
  purpose text not null,
  from_day date not null,
  to_day date,
  given_how text not null check (given_how in ('written', 'spoken', 'e-service')),
  noted_by uuid references person (id),
  noted_at timestamptz not null default clock_now(),
  withdrawn_on date,
  withdrawn_by uuid references person (id),
  check (to_day is null or to_day >= from_day)
);
create index consent_case on consent (case_id);
-- The same consent sent twice is one.
create unique index consent_once on consent (case_id, person, recipient, purpose, items, from_day) where withdrawn_on is null;

-- Another recorded basis than consent: the provision, and the harm test in words.
create table sharing_basis (
  id uuid primary key default gen_random_uuid(),
  case_id uuid not null references arrears_case (id),
  recipient text not null,
  items text[] not null check (cardinality(items) > 0),
  paragraph text not null,
  harm_test text not null,
  noted_by uuid references person (id),
  noted_on date not null default clock_today()
);
create index sharing_basis_case on sharing_basis (case_id);
create unique index sharing_basis_once on sharing_basis (case_id, recipient, items, paragraph, noted_on);

-- What was told, to whom, on which basis, by whom. Only ever added to.
create table disclosure (
  id uuid primary key default gen_random_uuid(),
  case_id uuid not null references arrears_case (id),
  person text not null,
  recipient text not null,
  items text[] not null,
  purpose text not null,
  basis_sv text not null,
  basis_en text not null,
  told_on date not null,
  told_by uuid references person (id),
  told_at timestamptz not null default clock_now()
);
create index disclosure_case on disclosure (case_id);
create unique index disclosure_once on disclosure (case_id, person, recipient, items, purpose, told_on, told_by) nulls not distinct;

-- Somebody outside the committee is the household's contact. `shown` holds what consent allows, each with its last day:
-- the case itself stays closed to them.
create table neutral_contact (
  id uuid primary key default gen_random_uuid(),
  case_id uuid not null references arrears_case (id),
  person_id uuid references person (id),
  organisation text not null,
  case_number text not null,
  shown jsonb not null default '[]',
  given_by uuid references person (id),
  given_at timestamptz not null default clock_now(),
  ended_on date
);
create index neutral_contact_person on neutral_contact (person_id) where ended_on is null;
create unique index neutral_contact_one on neutral_contact (case_id) where ended_on is null;

-- The committee's undertaking to pay the rent (JB 12:44 fourth paragraph): asked for by one, decided by another, sent with proof.
create table undertaking (
  id uuid primary key default gen_random_uuid(),
  case_id uuid not null references arrears_case (id),
  state text not null default 'asked' check (state in ('asked', 'granted', 'declined', 'sent')),
  periods text[] not null check (cardinality(periods) > 0),
  amount bigint not null check (amount > 0),
  reason text not null,
  last_day date,
  asked_by uuid not null references person (id),
  asked_at timestamptz not null default clock_now(),
  decided_by uuid references person (id),
  decided_at timestamptz,
  decision_reason text,
  dispatch_method text check (dispatch_method in ('registered-letter', 'letter', 'e-mail', 'e-service')),
  dispatched_on date,
  dispatch_reference text,
  received_on date,
  -- the day on which it counts: sent, when registered (JB 12:63), else received
  counts_on date,
  dispatched_by uuid references person (id),
  check (decided_by is null or decided_by <> asked_by),
  check (state <> 'sent' or (dispatch_reference is not null and dispatched_on is not null and counts_on is not null))
);
create index undertaking_case on undertaking (case_id);
create unique index undertaking_one on undertaking (case_id) where state in ('asked', 'granted');

-- A payment plan with its instalments, and what has really been paid.
create table payment_plan (
  id uuid primary key default gen_random_uuid(),
  case_id uuid not null references arrears_case (id),
  state text not null default 'active' check (state in ('active', 'broken', 'finished', 'ended')),
  agreed_on date not null,
  debt bigint not null,
  tolerance_days integer not null,
  tolerance_ore bigint not null,
  -- the next day on which the plan may have been broken; the sweep finds it
  look_on date,
  noted_by uuid references person (id),
  noted_at timestamptz not null default clock_now(),
  ended_reason text
);
create index payment_plan_case on payment_plan (case_id);
create index payment_plan_due on payment_plan (look_on) where look_on is not null and state in ('active', 'broken');
create unique index payment_plan_one on payment_plan (case_id) where state in ('active', 'broken');

create table payment_instalment (
  plan_id uuid not null references payment_plan (id),
  due_on date not null,
  amount bigint not null check (amount > 0),
  primary key (plan_id, due_on)
);

create table payment (
  id uuid primary key default gen_random_uuid(),
  case_id uuid not null references arrears_case (id),
  paid_on date not null,
  amount bigint not null check (amount > 0),
  source text not null,
  noted_by uuid references person (id),
  noted_at timestamptz not null default clock_now()
);
create unique index payment_once on payment (case_id, paid_on, amount, source);

-- Time that is asked for or given: by the landlord, by Kronofogden, or bought with one month's rent (garantihyra).
create table respite (
  id uuid primary key default gen_random_uuid(),
  case_id uuid not null references arrears_case (id),
  kind text not null check (kind in ('landlord', 'enforcement', 'guarantee-rent')),
  state text not null default 'asked' check (state in ('asked', 'granted', 'declined')),
  asked_on date not null,
  asked_by uuid references person (id),
  amount bigint,
  monthly_rent bigint,
  decided_by uuid references person (id),
  landlord_confirmed_on date,
  -- the new eviction time, and the day Kronofogden confirmed it: until then the old one stands
  new_eviction_at timestamptz,
  enforcement_confirmed_on date,
  answered_at timestamptz,
  answered_by uuid references person (id),
  note text,
  check (new_eviction_at is null or enforcement_confirmed_on is not null)
);
create index respite_case on respite (case_id);
create unique index respite_one on respite (case_id, kind) where state = 'asked';

-- The plan of the day itself; one per eviction day, the latest words standing.
create table eviction_plan (
  case_id uuid not null references arrears_case (id),
  eviction_day date not null,
  night text not null,
  children text not null,
  pets text not null,
  medicine text not null,
  belongings text not null,
  present uuid[] not null check (cardinality(present) > 0),
  noted_by uuid references person (id),
  noted_at timestamptz not null default clock_now(),
  primary key (case_id, eviction_day)
);

-- Recurring coordination meetings, as the municipality's sheet says.
create table meeting_series (
  code text primary key,
  committee text not null references committee (code),
  kind text not null check (kind in ('nomination', 'landlord', 'network')),
  name_sv text not null,
  name_en text not null,
  first_day date not null,
  every_days integer not null check (every_days between 1 and 366),
  time text not null,
  place text not null,
  -- units whose people sit there always, and organisations outside the municipality
  units text[] not null,
  partners text[] not null,
  landlord text
);

create table meeting (
  id uuid primary key default gen_random_uuid(),
  series text not null references meeting_series (code),
  committee text not null references committee (code),
  day date not null,
  -- asked for between the ordinary ones
  extra boolean not null default false,
  state text not null default 'planned' check (state in ('planned', 'held')),
  held_by uuid references person (id),
  unique (series, day)
);

create table meeting_case (
  id uuid primary key default gen_random_uuid(),
  meeting_id uuid not null references meeting (id),
  case_id uuid not null references arrears_case (id),
  committee text not null references committee (code),
  case_number text not null,
  reasons text[] not null,
  nominated_by uuid references person (id),
  nominated_on date not null default clock_today(),
  -- what participants of other committees may be told, with consent or another basis; nothing by itself
  shared jsonb not null default '[]',
  removed_on date,
  decision text,
  responsible uuid references person (id),
  due_on date,
  decided_by uuid references person (id),
  decided_at timestamptz,
  unique (meeting_id, case_id)
);
create index meeting_case_case on meeting_case (case_id);

do $$
declare name text;
begin
  foreach name in array array['consent', 'sharing_basis', 'disclosure', 'undertaking', 'payment_plan', 'payment', 'respite',
      'eviction_plan', 'neutral_contact', 'meeting_case', 'payment_instalment'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy worker_all on %I for all to bokvar_worker using (true) with check (true)', name);
  end loop;
  foreach name in array array['consent', 'sharing_basis', 'disclosure', 'undertaking', 'payment_plan', 'payment', 'respite',
      'eviction_plan', 'neutral_contact', 'meeting_case'] loop
    execute format('create policy with_case on %I for all to bokvar_web using (exists (select 1 from arrears_case c where c.id = case_id)) with check (exists (select 1 from arrears_case c where c.id = case_id))', name);
  end loop;
end $$;
create policy with_plan on payment_instalment for all to bokvar_web
  using (exists (select 1 from payment_plan p where p.id = plan_id)) with check (exists (select 1 from payment_plan p where p.id = plan_id));
-- The contact sees the row made for them, and nothing of the case behind it.
create policy of_contact on neutral_contact for select to bokvar_web using (ended_on is null and person_id::text = ctx('person'));
-- A standing participant of another committee sees an agenda line only when something of it may be told.
create policy of_participant on meeting_case for select to bokvar_web
  using (removed_on is null and shared <> '[]'::jsonb and ctx('role') in ('caseworker', 'supervisor')
    and exists (select 1 from meeting m join meeting_series s on s.code = m.series where m.id = meeting_id and ctx('unit') = any(s.units)));

-- The sweeper learns which plan has a day that has come, and nothing else of it.
create policy sweep on payment_plan for all to bokvar_sweeper using (true) with check (true);
grant select (id, state, look_on), update (look_on) on payment_plan to bokvar_sweeper;

grant select, insert, update on consent, sharing_basis, neutral_contact, undertaking, payment_plan, respite, eviction_plan, meeting, meeting_case
  to bokvar_web, bokvar_worker;
grant select, insert on disclosure, payment_instalment, payment to bokvar_web, bokvar_worker;
grant update on disclosure, payment to bokvar_worker;
grant select on meeting_series to bokvar_web, bokvar_worker;
comment on table meeting_series is 'no row-level security: which meetings the municipality holds says nothing of anybody';
comment on table meeting is 'no row-level security: a day and a series; its agenda is guarded by itself';
