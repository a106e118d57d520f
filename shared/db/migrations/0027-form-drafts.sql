-- What somebody has written in a form about a case and not yet sent, under seal: theirs alone, one for each form.
create table form_draft (
  id uuid primary key default gen_random_uuid(),
  person_id uuid not null references person (id),
  -- the case it is written about, by which it is erased; null for a task that belongs to no case
  case_id uuid references arrears_case (id),
  -- the form's address with `:id` in it, and the id: of a case, a task, a visit or a referral
  form text not null,
  subject_id uuid not null,
  sealed bytea not null,
  updated_at timestamptz not null default clock_now(),
  unique (person_id, subject_id, form)
);
create index form_draft_case on form_draft (case_id);
create index form_draft_subject on form_draft (subject_id);
alter table form_draft enable row level security;
alter table form_draft force row level security;
create policy own on form_draft for all to bokvar_web
  using (person_id::text = ctx('person')) with check (person_id::text = ctx('person'));
-- Rotation of the keys runs as the worker.
create policy worker_all on form_draft for all to bokvar_worker using (true) with check (true);
create policy erase on form_draft for all to bokvar_eraser using (true) with check (true);
grant select, insert, update, delete on form_draft to bokvar_web;
grant select, update on form_draft to bokvar_worker;
grant select, delete on form_draft to bokvar_eraser;
