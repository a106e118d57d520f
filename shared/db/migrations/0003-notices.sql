-- What comes in, as it came: notices, updates, files, Kronofogden's events.

create sequence notice_number_seq;

create function next_notice_number() returns text language sql volatile
  as $$ select 'M' || to_char(clock_now() at time zone 'Europe/Stockholm', 'YYYY') || '-' || lpad(nextval('notice_number_seq')::text, 5, '0') $$;

create table notice_file (
  id uuid primary key default gen_random_uuid(),
  sender text not null,
  landlord_id uuid references landlord (id),
  file_name text,
  sha256 text not null,
  raw bytea not null,
  received_at timestamptz not null default clock_now(),
  state text not null default 'received' check (state in ('received', 'reading', 'done', 'refused')),
  problem jsonb,
  rows integer not null default 0,
  read_groups integer not null default 0,
  accepted integer not null default 0,
  rejected integer not null default 0,
  duplicates integer not null default 0,
  finished_at timestamptz
);
create index notice_file_sender on notice_file (sender, received_at desc);

create table notice (
  id uuid primary key default gen_random_uuid(),
  number text not null unique default next_notice_number(),
  sender text not null,
  landlord_id uuid references landlord (id),
  source text not null check (source in ('api', 'file', 'form', 'registrar')),
  file_id uuid references notice_file (id),
  type text not null,
  reference text,
  received_at timestamptz not null default clock_now(),
  received_on date not null default clock_today(),
  -- the bytes as they came, sealed; content holds the reading of them, without the personal identity number
  raw bytea not null,
  content jsonb not null,
  personal_id bytea,
  -- keyed hashes: what makes a repeat recognisable, and which household it is about
  identity_key bytea not null,
  match_identity bytea,
  match_address bytea,
  verdict text not null check (verdict in ('complete', 'incomplete', 'doubtful')),
  findings jsonb not null,
  state text not null default 'received' check (state in ('received', 'needs-completion', 'wrong-municipality', 'withdrawn')),
  duplicate_of uuid references notice (id),
  case_id uuid,
  joined_at timestamptz
);
create index notice_identity on notice (identity_key);
create index notice_sender on notice (sender, received_at desc);
create index notice_case on notice (case_id);
create index notice_file_rows on notice (file_id) where file_id is not null;

create table notice_file_row (
  file_id uuid not null references notice_file (id),
  row integer not null,
  notice_id uuid references notice (id),
  duplicate boolean not null default false,
  findings jsonb,
  errors jsonb,
  primary key (file_id, row)
);

create table notice_update (
  id uuid primary key default gen_random_uuid(),
  notice_id uuid not null references notice (id),
  type text not null,
  occurred_on date,
  amount bigint,
  note text,
  raw bytea not null,
  findings jsonb not null default '[]',
  sender text not null,
  received_at timestamptz not null default clock_now(),
  received_on date not null default clock_today(),
  applied_at timestamptz
);
create index notice_update_notice on notice_update (notice_id);

create table eviction_notice (
  id uuid primary key default gen_random_uuid(),
  number text not null unique default next_notice_number(),
  sender text not null,
  event text not null,
  case_number text not null,
  occurred_on date,
  eviction_at timestamptz,
  raw bytea not null,
  content jsonb not null,
  personal_id bytea,
  -- keyed hashes: what makes a repeat recognisable, and which household it is about
  identity_key bytea not null,
  match_identity bytea,
  match_address bytea,
  match_enforcement bytea not null,
  findings jsonb not null,
  verdict text not null,
  received_at timestamptz not null default clock_now(),
  received_on date not null default clock_today(),
  duplicate_of uuid references eviction_notice (id),
  case_id uuid,
  joined_at timestamptz
);
create index eviction_notice_identity on eviction_notice (identity_key);
create index eviction_notice_case on eviction_notice (case_id);
create index eviction_notice_case_number on eviction_notice (case_number);

grant usage on sequence notice_number_seq to bokvar_web, bokvar_worker;
grant select, insert on notice_file, notice_update to bokvar_web;
grant select, insert on notice, eviction_notice to bokvar_web;
grant select on notice_file_row to bokvar_web;
grant select, insert, update on notice_file, notice, notice_file_row, notice_update, eviction_notice to bokvar_worker;
