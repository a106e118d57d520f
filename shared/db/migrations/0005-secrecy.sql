-- Nobody sees what they must not: forced row-level security on every table with case data, by committee.

-- The context is set per transaction. An unset or emptied setting is '' and matches nothing: deny by default.
create function ctx(setting text) returns text language sql stable
  as $$ select coalesce(current_setting('bokvar.' || setting, true), '') $$;

-- May this committee, in this role, see a row that belongs to `committee`? Protected persons need the named group.
create function ctx_sees(committee text) returns boolean language sql stable
  as $$ select committee = ctx('committee') and ctx('role') in ('caseworker', 'supervisor', 'system', 'visitor', 'counsellor', 'administrator') $$;

create policy case_of_committee on arrears_case for all to bokvar_web
  using (ctx_sees(committee) and (not protected or ctx('protected') = 'yes')) with check (true);

do $$
declare name text;
begin
  -- every table with case data: nothing passes unless a policy lets it
  foreach name in array array['notice_file', 'notice', 'notice_file_row', 'notice_update', 'eviction_notice', 'household_key',
      'arrears_case', 'case_identity', 'case_merge', 'assignment', 'deadline', 'task', 'stage', 'referral', 'contact', 'alert', 'timeline', 'mail'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy worker_all on %I for all to bokvar_worker using (true) with check (true)', name);
  end loop;
  -- what hangs on a case is seen by whoever sees the case
  foreach name in array array['deadline', 'stage', 'contact', 'timeline', 'case_merge'] loop
    execute format('create policy with_case on %I for all to bokvar_web using (exists (select 1 from arrears_case c where c.id = %s)) with check (true)',
      name, case name when 'case_merge' then 'into_case' else 'case_id' end);
  end loop;
  -- what has a committee of its own is seen by that committee, and by the one that owns the case
  foreach name in array array['task', 'assignment', 'alert'] loop
    execute format('create policy of_committee on %I for all to bokvar_web using (ctx_sees(committee) or exists (select 1 from arrears_case c where c.id = case_id)) with check (true)', name);
  end loop;
end $$;

create policy of_committee on referral for all to bokvar_web
  using (ctx_sees(committee) or ctx_sees(from_committee)) with check (true);
create policy of_committee on case_identity for select to bokvar_web using (ctx_sees(committee));

-- a landlord sees what it sent; a registrar what came in; a caseworker what belongs to a case seen
create policy sent_or_seen on notice for select to bokvar_web
  using (sender = ctx('sender') or ctx('role') = 'registrar' or exists (select 1 from arrears_case c where c.id = case_id));
create policy sent on notice for insert to bokvar_web with check (sender = ctx('sender'));
create policy sent_or_seen on notice_update for select to bokvar_web
  using (sender = ctx('sender') or exists (select 1 from notice n where n.id = notice_id));
create policy sent on notice_update for insert to bokvar_web with check (sender = ctx('sender'));
create policy sent on notice_file for all to bokvar_web using (sender = ctx('sender') or ctx('role') = 'registrar') with check (sender = ctx('sender'));
create policy sent on notice_file_row for select to bokvar_web using (exists (select 1 from notice_file f where f.id = file_id));
create policy sent_or_seen on eviction_notice for select to bokvar_web
  using (sender = ctx('sender') or ctx('role') = 'registrar' or exists (select 1 from arrears_case c where c.id = case_id));
create policy sent on eviction_notice for insert to bokvar_web with check (sender = ctx('sender'));
create policy queued on mail for insert to bokvar_web with check (true);

create policy sweep on stage for all to bokvar_sweeper using (true) with check (true);
create policy sweep on task for all to bokvar_sweeper using (true) with check (true);
create policy watch on mail for select to bokvar_watchdog using (true);
create policy watch on stage for select to bokvar_watchdog using (true);
