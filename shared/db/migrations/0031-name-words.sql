-- A person is looked for by the surname as often as by the first name: a search that knew only the start of the whole
-- name found nobody for "Öström" while "Åke Öström" was about to lose her home.

-- All that follows the first word ("von essen" of Anna von Essen), and the last word where that is something else again.
alter table arrears_case
  add column later_name_key text generated always as (lower(substring(tenant_name from '\s+(.*)$'))) stored,
  add column last_name_key text generated always as (lower(substring(tenant_name from '\S+\s+\S+\s+(?:.*\s)?(\S+)$'))) stored;
create index arrears_case_later_name on arrears_case (later_name_key text_pattern_ops);
create index arrears_case_last_name on arrears_case (last_name_key text_pattern_ops) where last_name_key is not null;
