-- A letter whose fate is unknown: the line was lost before the mail server answered.

-- How often that was so, and when last: sent again at once it would most likely arrive twice, and the next ones as well.
alter table mail add column unsure integer not null default 0, add column unsure_at timestamptz;
create index mail_unsure on mail (unsure_at) where unsure_at is not null;
