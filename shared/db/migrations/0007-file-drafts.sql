-- A landlord's file that is looked at before it is sent: kept under seal, and no worker reads it until it is confirmed.
alter table notice_file drop constraint notice_file_state_check;
alter table notice_file add constraint notice_file_state_check
  check (state in ('draft', 'received', 'reading', 'done', 'refused'));
grant update (state, received_at), delete on notice_file to bokvar_web;
-- Only what was never sent may be taken away again.
create policy drafts_only on notice_file as restrictive for delete to bokvar_web using (state = 'draft');
create policy drafts_leave on notice_file as restrictive for update to bokvar_web using (state = 'draft') with check (state in ('draft', 'received'));
