// The whole nervous system on one screen: which fact wakes which queue. A message carries outbox ids and nothing else.

export const queueNames = [
  'arrears-notices',
  'eviction-notices',
  'routing',
  'planning',
  'escalation',
  'mail',
] as const
export type QueueName = (typeof queueNames)[number]

/** Facts in the past tense → the queue that carries them. The subject is named beside each. */
export const queueOf = {
  'notice-file.received': 'arrears-notices', // notice_file
  'notice.received': 'arrears-notices', // notice
  'notice.updated': 'arrears-notices', // notice_update
  'eviction-notice.received': 'eviction-notices', // eviction_notice
  'inbox.received': 'arrears-notices', // inbox_item
  'inbox.corrected': 'arrears-notices', // inbox_item
  'law.changed': 'arrears-notices', // arrears_case
  'deadline.passed': 'arrears-notices', // arrears_case
  'restart.decided': 'arrears-notices', // arrears_case
  'case.settled': 'arrears-notices', // arrears_case
  'dates.recorded': 'arrears-notices', // arrears_case
  'case-merge.asked': 'arrears-notices', // case_merge
  'case.changed': 'routing', // arrears_case
  'case.routed': 'planning', // arrears_case
  'case.closed': 'planning', // arrears_case
  'task.completed': 'planning', // task
  'assignment.changed': 'routing', // assignment
  'rehearsal.asked': 'routing', // rehearsal
  'referral.rejected': 'escalation', // referral
  'counselling.changed': 'escalation', // referral
  'break-glass.opened': 'escalation', // break_glass
  'stage.due': 'escalation', // stage
  'task.overdue': 'escalation', // task
  'task.moved': 'escalation', // task
  'plan.due': 'escalation', // payment_plan
  'visit.changed': 'planning', // visit
  'visitor.changed': 'planning', // person
  'visit-plan.due': 'planning', // all visits together
  'mail.queued': 'mail', // mail
} as const satisfies Record<string, QueueName>

export type Topic = keyof typeof queueOf
