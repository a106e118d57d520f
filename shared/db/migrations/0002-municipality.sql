-- What the municipality decides: committees, units, people, landlords, and its tables in versions.

create table municipality (
  code text primary key,
  name text not null,
  default_committee text not null,
  default_unit text not null,
  settings jsonb not null,
  loaded_at timestamptz not null default clock_now()
);

create table committee (
  code text primary key,
  name_sv text not null,
  name_en text not null
);

create table unit (
  code text primary key,
  committee text not null references committee (code),
  name_sv text not null,
  name_en text not null,
  kind text not null,
  email text,
  capacity_per_month integer
);

create table landlord (
  id uuid primary key default gen_random_uuid(),
  client_id text unique,
  organisation_number text unique,
  name text not null,
  kind text not null default 'unknown' check (kind in ('public', 'private', 'cooperative', 'collection', 'unknown')),
  email text,
  approved_at timestamptz,
  created_at timestamptz not null default clock_now()
);

create table person (
  id uuid primary key default gen_random_uuid(),
  subject text not null unique,
  username text not null,
  name text not null,
  email text,
  role text not null,
  committee text references committee (code),
  unit text references unit (code),
  landlord_id uuid references landlord (id),
  active boolean not null default true,
  absent_from date,
  absent_to date,
  updated_at timestamptz not null default clock_now()
);
create index person_unit on person (unit) where active;

-- Systems that sign in with client credentials; what the token says is checked against this row at each request.
create table system_client (
  client_id text primary key,
  kind text not null check (kind in ('landlord', 'kronofogden', 'system')),
  landlord_id uuid references landlord (id),
  committee text references committee (code),
  active boolean not null default true
);

-- One table for every municipal table in versions: routing, tasks, escalation, codes. The text is the CSV as read.
create table rule_version (
  id integer generated always as identity primary key,
  kind text not null check (kind in ('routing', 'tasks', 'escalation', 'codes', 'checklist')),
  version integer not null,
  body text not null,
  sha256 text not null,
  state text not null default 'published' check (state in ('draft', 'reviewed', 'published', 'withdrawn')),
  valid_from date not null,
  note text,
  created_by uuid references person (id),
  reviewed_by uuid references person (id),
  published_by uuid references person (id),
  created_at timestamptz not null default clock_now(),
  unique (kind, version)
);

grant select on municipality, committee, unit, landlord, person, system_client, rule_version
  to bokvar_web, bokvar_worker, bokvar_sweeper;
grant insert, update on person, landlord, rule_version to bokvar_web;
