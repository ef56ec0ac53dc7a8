/** Words of what operators judge. */
export const moderationEn = {
  title: 'Moderation',
  lead: 'What people want to show and say in the gallery, and what others reported.',
  forbiddenTitle: 'For operators',
  forbidden: 'Only an operator of this platform may judge what others show. Sign in as one.',
  kind: { label: 'What to judge', entry: 'Videos', comment: 'Comments' },
  state: { label: 'Which', open: 'To decide', rejected: 'Declined', removed: 'Taken down' },
  status: { pending: 'Waits for approval', published: 'Shown', rejected: 'Declined', removed: 'Taken down' },
  empty: { open: 'Nothing to decide', rejected: 'Nothing was declined', removed: 'Nothing was taken down' },
  emptyOpen: 'What is reported, or waits for approval, comes here by itself.',
  emptyOther: 'What you decide against can be approved again from here.',
  closed: 'Its link is closed.',
  by: 'by {{id}}',
  prompt: 'Prompt: {{prompt}}',
  reports_one: 'Reported once',
  reports_other: 'Reported {{count}} times',
  action: {
    entry: { approve: 'Approve', reject: 'Keep out', take_down: 'Take down' },
    comment: { approve: 'Approve', reject: 'Keep out', take_down: 'Remove' },
  },
  effect: {
    entry: {
      approve: 'It is in the gallery, and its open reports are answered. What was taken down is back.',
      reject: 'It stays out of the gallery, also when it is shared again. Its link works.',
      take_down: 'It leaves the gallery, its link is closed, and its owner cannot open another.',
    },
    comment: {
      approve: 'Everybody sees it, and its open reports are answered.',
      reject: 'Nobody else sees it.',
      take_down: 'Nobody sees it any more.',
    },
  },
  reason: 'Reason',
  reasonHint: 'Kept in the audit log, with who decided.',
  usualReason: 'Looked at, nothing against it.',
  done: { approve: 'Approved.', reject: 'Kept out of the gallery.', take_down: 'Taken down.' },
};
