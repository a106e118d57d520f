-- The administrator's work: shared drafts of the municipality's tables, people and landlords with their log, theme, reports of barriers.

-- An administrator decides the rules and who works here, and sees no case (OSL 8:2): not by the pages, not by the database.
create or replace function ctx_sees(committee text) returns boolean language sql stable
  as $$ select committee = ctx('committee') and ctx('role') in ('caseworker', 'supervisor', 'system', 'visitor', 'counsellor') $$;

alter table rule_version drop constraint rule_version_kind_check;
alter table rule_version add constraint rule_version_kind_check
  check (kind in ('routing', 'tasks', 'escalation', 'codes', 'checklist', 'committees', 'units', 'settings'));
-- Everybody who has written in the draft: none of them is the second pair of eyes.
alter table rule_version add column authors uuid[] not null default '{}';
alter table rule_version add constraint reviewed_by_no_author check (reviewed_by is null or not reviewed_by = any (authors));

-- The draft that administrators write in together, one per table, until it is handed to somebody else for review.
create table rule_draft (
  kind text primary key,
  id uuid not null unique default gen_random_uuid(),
  based_on integer not null references rule_version (id),
  body text not null,
  examples text,
  authors uuid[] not null,
  changed_by uuid not null references person (id),
  changed_at timestamptz not null
);
-- Each change of a row, so that a colleague's is shown beside one's own and nothing written is lost.
create table rule_draft_change (
  id bigint generated always as identity primary key,
  draft_id uuid not null,
  what text not null check (what in ('changed', 'added', 'removed', 'moved', 'sheet')),
  row_key text not null,
  before text,
  after text,
  changed_by uuid not null references person (id),
  changed_at timestamptz not null
);
create index rule_draft_change_row on rule_draft_change (draft_id, row_key, id);
grant select, insert, update, delete on rule_draft to bokvar_web;
grant select, insert on rule_draft_change to bokvar_web;

-- Committees and units are made and changed by publishing their sheets; a unit that has ended keeps its name in old cases.
alter table unit add column active boolean not null default true;
grant insert, update on committee, unit to bokvar_web;

-- People: who changed whose rights, and how. A person who has signed in by claims waits until somebody lets them in.
alter table person add column requested_at timestamptz;
create table person_change (
  id bigint generated always as identity primary key,
  person_id uuid references person (id),
  landlord_id uuid references landlord (id),
  what text not null,
  before jsonb,
  after jsonb,
  changed_by uuid references person (id),
  changed_at timestamptz not null default clock_now(),
  check (person_id is not null or landlord_id is not null)
);
create index person_change_person on person_change (person_id, id);
create index person_change_landlord on person_change (landlord_id, id);
grant select, insert on person_change to bokvar_web;

alter table landlord add column suspended_at timestamptz;
-- An invitation to act for a landlord: the code is handed over once and kept only as a hash.
create table landlord_invitation (
  id uuid primary key default gen_random_uuid(),
  landlord_id uuid not null references landlord (id),
  code_hash bytea not null unique,
  invited_by uuid not null references person (id),
  created_at timestamptz not null default clock_now(),
  expires_at timestamptz not null,
  used_at timestamptz,
  used_by uuid references person (id)
);
grant select, insert, update on landlord_invitation to bokvar_web;

-- The look of the municipality in versions; the newest is shown.
create table theme (
  version integer generated always as identity primary key,
  name text not null,
  brand text not null check (brand ~ '^#[0-9a-f]{6}$'),
  brand_text text not null check (brand_text ~ '^#[0-9a-f]{6}$'),
  link text not null check (link ~ '^#[0-9a-f]{6}$'),
  logo bytea,
  logo_type text check (logo_type in ('image/svg+xml', 'image/png')),
  made_by uuid references person (id),
  made_at timestamptz not null default clock_now(),
  check ((logo is null) = (logo_type is null))
);
grant select, insert on theme to bokvar_web;

-- What somebody could not use (lag 2018:1937): a task of the administrator's until it is answered.
create table accessibility_report (
  id uuid primary key default gen_random_uuid(),
  page text not null,
  problem text not null,
  contact text not null,
  received_at timestamptz not null default clock_now(),
  due_on date not null,
  answer text,
  answered_by uuid references person (id),
  answered_at timestamptz,
  check ((answered_at is null) = (answer is null))
);
create index accessibility_report_open on accessibility_report (due_on) where answered_at is null;
grant select, insert, update on accessibility_report to bokvar_web;

comment on table rule_draft is 'no row-level security: the municipality''s rules hold nobody''s data';
comment on table rule_draft_change is 'no row-level security: the municipality''s rules hold nobody''s data';
comment on table person_change is 'no row-level security: who works here, as person';
comment on table landlord_invitation is 'no row-level security: holds no case; the code is a hash';
comment on table theme is 'no row-level security: shown to everybody';
comment on table accessibility_report is 'no row-level security: holds no case; read by administrators through one route';
