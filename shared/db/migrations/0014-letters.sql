-- What landlords call their columns and what they have begun to write, and the letters made in a case.

-- A sender's own word for a heading, said once and used for every later file; null: a column that is not read.
create table column_mapping (
  sender text not null,
  heading text not null,
  column_name text,
  updated_at timestamptz not null default clock_now(),
  primary key (sender, heading)
);

-- The words that held when this file was looked at: what is confirmed is what is read.
alter table notice_file add column mapping jsonb not null default '{}';
grant update (mapping) on notice_file to bokvar_web;
-- What was worth knowing of a file that was read all the same: hidden rows, sheets passed over.
alter table notice_file add column remarks jsonb not null default '[]';

-- A notice under way, under seal. Its id is the key that sends it once.
create table notice_draft (
  id uuid primary key default gen_random_uuid(),
  sender text not null,
  person_id uuid not null references person (id),
  sealed bytea not null,
  updated_at timestamptz not null default clock_now(),
  -- what it became: the second press of an impatient thumb is answered with the receipt of the first
  sent_notice uuid references notice (id),
  unique (sender, person_id)
);

-- A letter as it was made: the words themselves, and which version of which template they came from.
create table letter (
  id uuid primary key default gen_random_uuid(),
  case_id uuid not null references arrears_case (id),
  template text not null,
  version integer not null,
  language text not null check (language in ('sv', 'sv-easy', 'en')),
  recipient text not null check (recipient in ('tenant', 'landlord', 'enforcement')),
  -- lines of the window; null where it must not be written out (protected identity)
  address text,
  subject text not null,
  body text not null,
  made_at timestamptz not null default clock_now(),
  made_by uuid not null references person (id),
  once_key text not null unique
);
create index letter_case on letter (case_id, made_at desc);

do $$
declare name text;
begin
  foreach name in array array['column_mapping', 'notice_draft', 'letter'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy worker_all on %I for all to bokvar_worker using (true) with check (true)', name);
  end loop;
end $$;
create policy own on column_mapping for all to bokvar_web using (sender = ctx('sender')) with check (sender = ctx('sender'));
create policy own on notice_draft for all to bokvar_web
  using (sender = ctx('sender') and person_id::text = ctx('person')) with check (sender = ctx('sender') and person_id::text = ctx('person'));
create policy with_case on letter for select to bokvar_web using (exists (select 1 from arrears_case c where c.id = case_id));
create policy with_case_made on letter for insert to bokvar_web with check (exists (select 1 from arrears_case c where c.id = case_id));

grant select, insert, update on column_mapping to bokvar_web;
grant select, insert, update, delete on notice_draft to bokvar_web;
-- A letter that was made is not changed: a better one is a new one.
grant select, insert on letter to bokvar_web;
grant select, delete on column_mapping, notice_draft, letter to bokvar_worker;
