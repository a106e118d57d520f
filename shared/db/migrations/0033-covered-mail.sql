-- A letter whose fate is unknown is not sent again when another with the same words has reached the same receiver since.

alter table mail drop constraint mail_state_check,
  add constraint mail_state_check check (state in ('pending', 'sending', 'sent', 'refused', 'held', 'dropped', 'covered'));
-- From now on set only until the mail server has answered for a whole letter again.
comment on column mail.unsure_at is 'when the line was last lost with this letter; null once the server has answered for one';
