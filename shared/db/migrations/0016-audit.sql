-- Who saw and did what, in a chain where no line can be changed, taken away or slipped in unseen (lag 2001:454 10 §).

-- The one who keeps the chain and looks behind the curtain of row-level security, only inside the functions below.
grant usage, create on schema public to bokvar_keeper;

-- The end of each lane's chain. A lane is a committee, or one of a few for those who belong to none: one lane for
-- everybody would let each reader wait for every other.
create table audit_head (
  lane text primary key,
  seq bigint not null,
  hash bytea not null
);

-- One line per transaction that showed, changed or refused something: ids only, never a name or a number.
create table audit_entry (
  lane text not null,
  seq bigint not null,
  at timestamptz not null,
  -- a person's row, or the system that called
  actor text not null,
  role text not null,
  committee text,
  unit text,
  action text not null check (action in
    ('read', 'list', 'search', 'print', 'export', 'change', 'deny', 'break-glass', 'approval', 'erase', 'review')),
  -- the route's pattern, as "GET /arenden/:id"
  door text,
  purpose text,
  -- how the reader stood to what was seen; of several cases the farthest
  relation text check (relation in ('own', 'unit', 'committee', 'none')),
  -- the cases shown or changed; what belongs to no case yet stands by its own id
  subject_ids uuid[] not null,
  found integer,
  -- why something was refused
  code text,
  request_id text,
  prev bytea not null,
  hash bytea not null,
  primary key (lane, seq)
);
create index audit_entry_subjects on audit_entry using gin (subject_ids);
create index audit_entry_at on audit_entry (committee, at);
create index audit_entry_actor on audit_entry (actor, at);

-- Over all columns but the hash itself; a column that a later version adds is null in old lines and changes nothing.
create function audit_hash(entry audit_entry) returns bytea language sql stable
  set timezone = 'UTC' set bytea_output = 'hex' set search_path = pg_catalog, public
  as $$ select sha256(convert_to(jsonb_strip_nulls(to_jsonb(entry) - 'hash')::text, 'UTF8')) $$;

-- The cases behind any ids that were seen, and what has no case yet. What is neither (a person, a unit) is no subject.
create function audit_subjects(ids uuid[]) returns uuid[] language sql stable security definer set search_path = public
  as $$ select coalesce(array_agg(distinct subject order by subject), '{}') from (
    select id as subject from arrears_case where id = any(ids)
    union all select coalesce(case_id, id) from task where id = any(ids)
    union all select coalesce(case_id, id) from notice where id = any(ids)
    union all select coalesce(case_id, id) from eviction_notice where id = any(ids)
    union all select case_id from referral where id = any(ids)) found $$;

create function audit_relation(person text, own_unit text, own_committee text, subjects uuid[]) returns text
  language sql stable security definer set search_path = public
  as $$ select (array['own', 'unit', 'committee', 'none'])[max(case
      when c.assignee::text = person or exists (select 1 from assignment a where a.case_id = c.id and a.person_id::text = person)
        or exists (select 1 from referral r where r.case_id = c.id and r.counsellor::text = person) then 1
      when c.unit = own_unit or exists (select 1 from assignment a where a.case_id = c.id and a.unit = own_unit)
        or exists (select 1 from referral r where r.case_id = c.id and r.unit = own_unit) then 2
      when c.committee = own_committee or exists (select 1 from assignment a where a.case_id = c.id and a.committee = own_committee)
        or exists (select 1 from referral r where r.case_id = c.id and r.committee = own_committee) then 3
      else 4 end)]
    from arrears_case c where c.id = any(subjects) $$;

-- Puts a line at the end of its lane. The head is locked until the transaction ends, so the line must be the last thing
-- a transaction writes: whoever took row locks after it could lock another out who waits for the head.
create function audit_chain() returns trigger language plpgsql security definer set search_path = public as $$
declare head audit_head;
begin
  new.role := coalesce(nullif(ctx('role'), ''), new.role);
  new.committee := coalesce(nullif(ctx('committee'), ''), new.committee);
  new.unit := nullif(ctx('unit'), '');
  new.subject_ids := audit_subjects(new.subject_ids);
  -- a page of counts, a list of colleagues: nobody's data was shown
  if new.action in ('read', 'list') and new.subject_ids = '{}' then return null; end if;
  if ctx('person') <> '' then
    new.relation := audit_relation(ctx('person'), new.unit, new.committee, new.subject_ids);
  end if;
  new.lane := coalesce(new.committee, 'none-' || abs(hashtext(new.actor)) % 8);
  insert into audit_head (lane, seq, hash) values (new.lane, 0, sha256(convert_to(new.lane, 'UTF8'))) on conflict do nothing;
  select * into head from audit_head where lane = new.lane for update;
  new.seq := head.seq + 1;
  new.prev := head.hash;
  new.at := clock_now();
  new.hash := audit_hash(new);
  update audit_head set seq = new.seq, hash = new.hash where lane = new.lane;
  return new;
end $$;
create trigger audit_chain before insert on audit_entry for each row execute function audit_chain();

create function audit_only_grows() returns trigger language plpgsql
  as $$ begin raise exception 'the audit log is only ever added to' using errcode = '42501'; end $$;
create trigger audit_only_grows before update or delete or truncate on audit_entry
  for each statement execute function audit_only_grows();
create trigger audit_head_stays before delete or truncate on audit_head
  for each statement execute function audit_only_grows();

-- Every line that does not fit: changed, out of order, slipped in, or lost (also at the end, which the head tells).
create view audit_fault with (security_invoker = true) as
  select lane, seq, case
      when hash <> audit_hash(entry) then 'changed'
      when seq <> before_seq + 1 then 'missing-before'
      else 'not-in-chain' end as fault
  from (select e.lane, e.seq, e.hash, e.prev, e::audit_entry as entry,
      coalesce(lag(e.seq) over lane, 0) as before_seq,
      coalesce(lag(e.hash) over lane, sha256(convert_to(e.lane, 'UTF8'))) as before_hash
    from audit_entry e window lane as (partition by e.lane order by e.seq)) chained
  where hash <> audit_hash(entry) or seq <> before_seq + 1 or prev <> before_hash
  union all
  select coalesce(h.lane, e.lane), coalesce(h.seq, e.seq), 'end-differs'
  from audit_head h
    full join (select distinct on (lane) lane, seq, hash from audit_entry order by lane, seq desc) e on e.lane = h.lane
  where coalesce(h.seq, 0) <> coalesce(e.seq, 0) or h.lane is null or (e.lane is not null and h.hash <> e.hash);

do $$
declare name text;
begin
  foreach name in array array['audit_head', 'audit_entry'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy keep on %I for all to bokvar_keeper using (true) with check (true)', name);
    execute format('create policy verify on %I for select to bokvar_auditor using (true)', name);
    execute format('grant select on %I to bokvar_auditor', name);
  end loop;
  foreach name in array array['audit_hash(audit_entry)', 'audit_subjects(uuid[])', 'audit_relation(text, text, text, uuid[])', 'audit_chain()'] loop
    execute format('alter function %s owner to bokvar_keeper', name);
    execute format('revoke execute on function %s from public', name);
  end loop;
  foreach name in array array['arrears_case', 'task', 'notice', 'eviction_notice', 'referral', 'assignment'] loop
    execute format('create policy keep on %I for select to bokvar_keeper using (true)', name);
    execute format('grant select on %I to bokvar_keeper', name);
  end loop;
end $$;
create policy added on audit_entry for insert to bokvar_web, bokvar_worker with check (true);
-- Each committee answers for its own log (F 2001:637 11 §).
create policy reviewed on audit_entry for select to bokvar_web using (ctx('role') = 'log-reviewer' and committee = ctx('committee'));
grant insert on audit_entry to bokvar_web, bokvar_worker;
grant select on audit_entry to bokvar_web;
grant select, insert, update on audit_head to bokvar_keeper;
grant select on audit_entry to bokvar_keeper;
grant execute on function audit_hash(audit_entry) to bokvar_auditor;
grant select on audit_fault to bokvar_auditor;

-- The log of before is this log now.
drop table access_log;

-- A case that only those who work in it see, beside its supervisor: a colleague's family, a threat. Others break the glass.
alter table arrears_case add column restricted boolean not null default false;
create index arrears_case_restricted on arrears_case (id) where restricted;

-- The glass broken: one person sees one case of the own committee for half an hour by the database's clock (see 0017).
create table break_glass (
  id uuid primary key default gen_random_uuid(),
  -- not case_id: a reviewer of the log judges the opening without seeing whose case it is
  opened_case uuid not null references arrears_case (id),
  committee text not null references committee (code),
  person_id uuid not null references person (id),
  reason text not null check (length(trim(reason)) >= 10),
  opened_at timestamptz not null default clock_now(),
  until timestamptz not null default clock_now(),
  -- the log reviewer's word on it, due within five days
  review_by date not null default clock_today() + 5,
  reviewed_by uuid references person (id),
  reviewed_at timestamptz,
  judgement text check (judgement in ('justified', 'unjustified')),
  constraint reviewed_by_another check (reviewed_by is null or reviewed_by <> person_id)
);
-- Whatever is asked for, it is thirty minutes from now.
create function half_an_hour() returns trigger language plpgsql
  as $$ begin new.opened_at := clock_now(); new.until := new.opened_at + interval '30 minutes'; return new; end $$;
create trigger half_an_hour before insert on break_glass for each row execute function half_an_hour();
create index break_glass_open on break_glass (person_id, until);
create index break_glass_unreviewed on break_glass (committee, review_by) where reviewed_at is null;
alter table break_glass enable row level security;
alter table break_glass force row level security;
create policy worker_all on break_glass for all to bokvar_worker using (true) with check (true);
create policy own on break_glass for select to bokvar_web
  using (person_id::text = (select ctx('person')) and committee = (select ctx('committee')));
create policy opened on break_glass for insert to bokvar_web
  with check (person_id::text = ctx('person') and committee = ctx('committee') and ctx('role') in ('caseworker', 'visitor'));
create policy reviewed on break_glass for all to bokvar_web
  using ((select ctx('role')) = 'log-reviewer' and committee = (select ctx('committee'))) with check (ctx('role') = 'log-reviewer');
grant select, insert on break_glass to bokvar_web;
grant update (reviewed_by, reviewed_at, judgement) on break_glass to bokvar_web;
grant select on break_glass to bokvar_worker, bokvar_keeper;
create policy keep on break_glass for select to bokvar_keeper using (true);

-- The case behind a number, for whoever gives a reason; never another committee's, never a protected person's to an outsider.
create function breakable_case(wanted text) returns uuid language sql stable security definer set search_path = public
  as $$ select id from arrears_case where number = wanted and committee = ctx('committee')
    and ctx('role') in ('caseworker', 'visitor') and (not protected or ctx('protected') = 'yes') $$;

-- A sample that a reviewer drew: which lines, from when to when, and what was found. It stays as evidence of the review.
create table audit_sample (
  id uuid primary key default gen_random_uuid(),
  committee text not null references committee (code),
  from_day date not null,
  to_day date not null,
  lines integer not null,
  drawn_by uuid not null references person (id),
  drawn_at timestamptz not null default clock_now()
);
create table audit_sample_line (
  id uuid primary key default gen_random_uuid(),
  sample_id uuid not null references audit_sample (id),
  lane text not null,
  seq bigint not null,
  judgement text check (judgement in ('in-order', 'ask', 'wrong')),
  note text,
  reviewed_by uuid references person (id),
  reviewed_at timestamptz,
  unique (sample_id, lane, seq),
  foreign key (lane, seq) references audit_entry (lane, seq)
);
-- Staff's own homes, as salted hashes: who reads of their own address is a line to look at.
create table staff_home (
  person_id uuid primary key references person (id),
  salt bytea not null default uuid_send(gen_random_uuid()),
  digest bytea not null
);
create function home_digest(salt bytea, address text, postal_code text) returns bytea language sql immutable
  as $$ select sha256(salt || convert_to(regexp_replace(lower(address || ' ' || coalesce(postal_code, '')), '[^a-zåäöé0-9]', '', 'g'), 'UTF8')) $$;

do $$
declare name text;
begin
  foreach name in array array['audit_sample', 'audit_sample_line', 'staff_home'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('grant select, insert on %I to bokvar_web', name);
  end loop;
end $$;
create policy of_reviewer on audit_sample for all to bokvar_web
  using ((select ctx('role')) = 'log-reviewer' and committee = (select ctx('committee'))) with check (drawn_by::text = ctx('person') and committee = ctx('committee'));
create policy of_reviewer on audit_sample_line for all to bokvar_web
  using (exists (select 1 from audit_sample s where s.id = sample_id)) with check (exists (select 1 from audit_sample s where s.id = sample_id));
grant update (judgement, note, reviewed_by, reviewed_at) on audit_sample_line to bokvar_web;
create policy of_reviewer on staff_home for all to bokvar_web using ((select ctx('role')) = 'log-reviewer') with check (ctx('role') = 'log-reviewer');
grant update (salt, digest) on staff_home to bokvar_web;
create policy keep on staff_home for select to bokvar_keeper using (true);
grant select on staff_home, person, unit, committee to bokvar_keeper;

-- What the flags ask about a line, answered inside the database: the reviewer gets yes or no, and no tenant's name or home.
create function audit_facts(wanted_lane text, wanted bigint[]) returns table (seq bigint, same_surname boolean, own_address boolean,
    reads_that_day integer, case_number text) language sql stable security definer set search_path = public
  as $$ select e.seq,
      coalesce((select bool_or(lower(regexp_replace(c.tenant_name, '^.* ', '')) = lower(regexp_replace(p.name, '^.* ', '')))
        from arrears_case c where c.id = any(e.subject_ids)), false),
      coalesce((select bool_or(home_digest(h.salt, c.address, c.postal_code) = h.digest)
        from arrears_case c, staff_home h where h.person_id = p.id and c.id = any(e.subject_ids)), false),
      (select count(*)::int from audit_entry r where r.actor = e.actor and r.committee = e.committee and r.action in ('read', 'search')
        and r.at between e.at - interval '12 hours' and e.at + interval '12 hours'),
      case when cardinality(e.subject_ids) = 1 then (select c.number from arrears_case c where c.id = e.subject_ids[1]) end
    from audit_entry e left join person p on p.id::text = e.actor
    where e.lane = wanted_lane and e.seq = any(wanted) and e.committee = ctx('committee') and ctx('role') = 'log-reviewer' $$;

-- Who has seen a case of this committee, for the person it is about (GDPR art. 15, lag 2001:454 10 §).
create function audit_excerpt(wanted text) returns table (at timestamptz, actor text, role text, committee text, action text, door text, purpose text)
  language sql stable security definer set search_path = public
  as $$ select e.at, coalesce(p.name, e.actor), e.role, e.committee, e.action, e.door, e.purpose
    from arrears_case c join audit_entry e on e.subject_ids && (array[c.id] || array(select n.id from notice n where n.case_id = c.id)
        || array(select n.id from eviction_notice n where n.case_id = c.id)) left join person p on p.id::text = e.actor
    where c.number = wanted and c.committee = ctx('committee') and ctx('role') in ('log-reviewer', 'registrar')
      and (not c.protected or ctx('role') = 'log-reviewer' or ctx('protected') = 'yes')
      and (e.committee = c.committee or e.committee is null)
    order by e.at $$;
create function audit_case_of(wanted text) returns uuid language sql stable security definer set search_path = public
  as $$ select id from arrears_case where number = wanted and committee = ctx('committee') and ctx('role') in ('log-reviewer', 'registrar')
    and (not protected or ctx('role') = 'log-reviewer' or ctx('protected') = 'yes') $$;

-- What one person asks for and another must approve: rows taken out of the service, a legal date set by hand.
create table approval (
  id uuid primary key default gen_random_uuid(),
  committee text not null references committee (code),
  kind text not null check (kind in ('export-tasks', 'export-cases', 'legal-date')),
  case_id uuid references arrears_case (id),
  wish jsonb not null,
  reason text not null check (length(trim(reason)) > 0),
  asked_by uuid not null references person (id),
  asked_at timestamptz not null default clock_now(),
  state text not null default 'asked' check (state in ('asked', 'approved', 'refused', 'done')),
  decided_by uuid references person (id),
  decided_at timestamptz,
  done_at timestamptz,
  constraint two_persons check (decided_by is null or decided_by <> asked_by),
  constraint decided check (state = 'asked' or decided_by is not null)
);
create unique index approval_once on approval (asked_by, kind, coalesce(case_id, '00000000-0000-0000-0000-000000000000'), md5(wish::text)) where state = 'asked';
create index approval_open on approval (committee) where state = 'asked';
alter table approval enable row level security;
alter table approval force row level security;
create policy worker_all on approval for all to bokvar_worker using (true) with check (true);
create policy of_committee on approval for all to bokvar_web
  using (committee = (select ctx('committee')) and (select ctx('role')) in ('caseworker', 'supervisor')
    and (case_id is null or exists (select 1 from arrears_case c where c.id = case_id)))
  with check (committee = ctx('committee'));
grant select, insert on approval to bokvar_web;
grant update (state, decided_by, decided_at, done_at) on approval to bokvar_web;
grant select on approval to bokvar_worker;

do $$
declare name text;
begin
  foreach name in array array['audit_facts(text, bigint[])', 'audit_excerpt(text)', 'audit_case_of(text)', 'breakable_case(text)'] loop
    execute format('alter function %s owner to bokvar_keeper', name);
    execute format('revoke execute on function %s from public', name);
    execute format('grant execute on function %s to bokvar_web', name);
  end loop;
end $$;

-- Erasure has a login of its own: the only one that may take rows away, and it may write nothing but its proof.
grant usage on schema public to bokvar_eraser;

-- What a person says of a case's keeping: that it must stay, that it held a child-protection inquiry, or that no rule of
-- birth days keeps it although the day is not known.
create table retention_mark (
  id uuid primary key default gen_random_uuid(),
  case_id uuid not null references arrears_case (id),
  kind text not null check (kind in ('hold', 'child-inquiry', 'birth-day-released')),
  child_born_on date,
  reason text not null check (length(trim(reason)) > 0),
  placed_by uuid references person (id),
  placed_at timestamptz not null default clock_now(),
  lifted_by uuid references person (id),
  lifted_at timestamptz
);
create unique index retention_mark_once on retention_mark (case_id, kind) where lifted_at is null;

-- The proof of an erasure: how many rows of what, by which rule, and a hash of the ids. Nothing in it leads to anybody.
create table erasure (
  id uuid primary key default gen_random_uuid(),
  at timestamptz not null default clock_now(),
  committee text,
  rule text not null,
  households integer not null,
  counts jsonb not null,
  digest bytea not null,
  -- rows that still named one of the ids when it was done: none, or the erasure was undone
  remaining integer not null check (remaining = 0)
);

alter table retention_mark enable row level security;
alter table retention_mark force row level security;
create policy worker_all on retention_mark for all to bokvar_worker using (true) with check (true);
create policy with_case on retention_mark for all to bokvar_web using (exists (select 1 from arrears_case c where c.id = case_id)) with check (true);
create policy keep on retention_mark for all to bokvar_keeper using (true) with check (true);
grant select on retention_mark, timeline, contact, visit, case_merge to bokvar_keeper;
grant select on retention_mark to bokvar_web;
grant insert, update on retention_mark to bokvar_keeper;
create policy keep on timeline for select to bokvar_keeper using (true);
create policy keep on contact for select to bokvar_keeper using (true);
create policy keep on visit for select to bokvar_keeper using (true);
create policy keep on case_merge for select to bokvar_keeper using (true);

-- Each case with what the rules of retention ask about it.
create view retention_case with (security_invoker = true) as
  select c.id, c.number, c.committee, c.household_id, into_case.household_id as merged_household_id, c.state = 'open' as open,
    (greatest(c.opened_at, c.closed_at, noted.at, told.at, enforced.at) at time zone 'Europe/Stockholm')::date as last_note_on,
    c.born_on, coalesce(marks.held, false) as held, coalesce(marks.released, false) as released_birth_day,
    coalesce(marks.inquiry, false) as child_inquiry, marks.child_born_on
  from arrears_case c
    left join lateral (select max(at) as at from timeline where case_id = c.id) noted on true
    left join lateral (select max(received_at) as at from notice where case_id = c.id) told on true
    left join lateral (select max(received_at) as at from eviction_notice where case_id = c.id) enforced on true
    left join lateral (select i.household_id from case_merge m join arrears_case i on i.id = m.into_case
      where m.from_case = c.id and m.merged_at is not null and m.undone_at is null order by m.merged_at desc limit 1) into_case on true
    left join lateral (select bool_or(kind = 'hold') as held, bool_or(kind = 'birth-day-released') as released,
      bool_or(kind = 'child-inquiry') as inquiry, max(child_born_on) as child_born_on
      from retention_mark where case_id = c.id and lifted_at is null) marks on true;
grant select on retention_case to bokvar_eraser, bokvar_keeper;

-- An administrator sees the committee's numbers and days, and no case.
create function retention_cases() returns setof retention_case language sql stable security definer set search_path = public
  as $$ select r.* from retention_case r where ctx('role') = 'administrator' and r.household_id in
    (select household_id from arrears_case where committee = ctx('committee')) $$;
-- The case of a number, for the administrator who marks it.
create function retention_case_of(wanted text) returns uuid language sql stable security definer set search_path = public
  as $$ select id from arrears_case where number = wanted and committee = ctx('committee') and ctx('role') = 'administrator' $$;
-- Marks the case of a number, or lifts its hold; null when the committee has no such case.
create function mark_retention(wanted text, what text, born date, why text) returns uuid
  language plpgsql security definer set search_path = public as $$
declare
  marked uuid := retention_case_of(wanted);
  person uuid := nullif(ctx('person'), '')::uuid;
begin
  if what = 'lift-hold' then
    update retention_mark set lifted_by = person, lifted_at = clock_now() where case_id = marked and kind = 'hold' and lifted_at is null;
  elsif marked is not null then
    insert into retention_mark (case_id, kind, child_born_on, reason, placed_by) values (marked, what, born, why, person) on conflict do nothing;
  end if;
  return marked;
end $$;
alter function mark_retention(text, text, date, text) owner to bokvar_keeper;
revoke execute on function mark_retention(text, text, date, text) from public;
grant execute on function mark_retention(text, text, date, text) to bokvar_web;
alter function retention_cases() owner to bokvar_keeper;
alter function retention_case_of(text) owner to bokvar_keeper;
revoke execute on function retention_cases(), retention_case_of(text) from public;
grant execute on function retention_cases() to bokvar_web;

alter table erasure enable row level security;
alter table erasure force row level security;
create policy proven on erasure for insert to bokvar_eraser with check (true);
create policy seen on erasure for select to bokvar_web using (ctx('role') in ('administrator', 'log-reviewer'));
grant insert on erasure to bokvar_eraser;
grant select on erasure to bokvar_web;
create trigger erasure_only_grows before update or delete or truncate on erasure for each statement execute function audit_only_grows();
create policy added_by_eraser on audit_entry for insert to bokvar_eraser with check (true);
grant insert on audit_entry to bokvar_eraser;

-- A later migration grants the same for its own tables; a test demands it of every table that hangs on a case.
do $$
declare name text;
begin
  for name in select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' and relrowsecurity
      and relname not in ('audit_head', 'audit_entry', 'erasure') loop
    execute format('create policy erase on %I for all to bokvar_eraser using (true) with check (true)', name);
    execute format('grant select, delete on %I to bokvar_eraser', name);
  end loop;
end $$;
grant select, delete on outbox, effect_log, intake_key to bokvar_eraser;
grant select on municipality to bokvar_eraser;
grant update (subject_id) on task to bokvar_eraser;
grant update (previous_case_id) on arrears_case to bokvar_eraser;
grant update (duplicate_of, corrects) on notice to bokvar_eraser;
grant update (duplicate_of) on eviction_notice to bokvar_eraser;
-- A file holds many households: when one of them is erased the bytes go, and each notice keeps its own.
grant update (raw, file_name, problem) on notice_file to bokvar_eraser;
grant update (errors, findings) on notice_file_row to bokvar_eraser;
revoke create on schema public from bokvar_keeper;
