import type { Dictionary } from './en';

export const moderationZh: Dictionary['moderation'] = {
  title: '内容审核',
  lead: '大家想在画廊展示和发表的内容，以及被举报的内容。',
  forbiddenTitle: '仅限运营者',
  forbidden: '只有平台运营者可以审核他人的内容。请以运营者身份登录。',
  kind: { label: '审核对象', entry: '视频', comment: '评论' },
  state: { label: '范围', open: '待处理', rejected: '未收录', removed: '已下架' },
  status: { pending: '等待审核', published: '展示中', rejected: '未收录', removed: '已下架' },
  empty: { open: '没有待处理的内容', rejected: '没有未收录的内容', removed: '没有已下架的内容' },
  emptyOpen: '被举报或等待审核的内容会自动出现在这里。',
  emptyOther: '被否决的内容可以从这里重新通过。',
  closed: '链接已关闭。',
  by: '作者 {{id}}',
  prompt: '提示词：{{prompt}}',
  reports_one: '被举报 {{count}} 次',
  reports_other: '被举报 {{count}} 次',
  action: {
    entry: { approve: '通过', reject: '不收录', take_down: '下架' },
    comment: { approve: '通过', reject: '不显示', take_down: '移除' },
  },
  effect: {
    entry: {
      approve: '视频进入画廊，其未处理的举报视为已答复；已下架的会恢复。',
      reject: '视频不进入画廊，再次分享也一样；链接仍有效。',
      take_down: '视频离开画廊，链接关闭，作者无法再次分享。',
    },
    comment: {
      approve: '所有人可见，其未处理的举报视为已答复。',
      reject: '其他人看不到。',
      take_down: '所有人都不再看到。',
    },
  },
  reason: '理由',
  reasonHint: '连同你的身份记入审计日志。',
  usualReason: '已查看，没有问题。',
  done: { approve: '已通过。', reject: '未收录到画廊。', take_down: '已下架。' },
};
