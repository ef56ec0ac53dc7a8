import type { CameraMove, CameraSpeed } from './camera-intent';

export interface MovePhrase {
  readonly move: CameraMove;
  /** Always with the flags `g` and `u`. Matched against text in lower case. */
  readonly pattern: RegExp;
  /** The words may as well be about the subject ("moves up"): they count only where the clause names a camera. */
  readonly needsCamera?: true;
}

const ADVERBS = String.raw`(?:(?:very|slightly|slowly|quickly|gently|gradually|smoothly|rapidly|softly|steadily|dramatically)\s+)*`;
const ACROSS = String.raw`(?:to(?:wards?)?\s+the\s+|towards?\s+)?`;
const en = (move: CameraMove, words: string): MovePhrase => ({
  move,
  pattern: new RegExp(String.raw`\b(?:${words.replaceAll('~', ADVERBS).replaceAll('>', ACROSS)})\b`, 'gu'),
});
const zh = (move: CameraMove, words: string): MovePhrase => ({ move, pattern: new RegExp(words, 'gu') });
const ofCamera = (phrase: MovePhrase): MovePhrase => ({ ...phrase, needsCamera: true });

const PAN = String.raw`pan(?:s|ning|ned)?(?:[\s-]+(?:shot|the\s+camera|camera))?`;
const TILT = String.raw`tilt(?:s|ing|ed)?(?:[\s-]+(?:shot|the\s+camera|camera))?`;
const ORBIT = String.raw`(?:orbit(?:s|ing|ed|al)?|arc(?:s|ing)?|circl(?:e|es|ing)|rotat(?:e|es|ing)|revolv(?:e|es|ing))`;
const GO = String.raw`(?:mov(?:e|es|ing)|slid(?:e|es|ing)|glid(?:e|es|ing)|track(?:s|ing)?|truck(?:s|ing)?|drift(?:s|ing)?|travel(?:s|ing)?)`;

/** What people call camera moves. Where two phrases fit at one place the longer one counts. */
export const MOVE_PHRASES: readonly MovePhrase[] = [
  en(
    'zoom-in',
    String.raw`zoom(?:s|ing|ed)?[\s-]+~in(?:to)?|~zoom[\s-]in|push(?:es|ing|ed)?[\s-]+~in(?:to)?|clos(?:e|es|ing)[\s-]+~in\s+on|move(?:s|ing)?\s+~in\s+(?:on|close)`,
  ),
  en('zoom-in', String.raw`zoom(?:s|ing)?`),
  en('zoom-out', String.raw`zoom(?:s|ing|ed)?[\s-]+~out|pull(?:s|ing|ed)?[\s-]+~(?:out|back|away)`),
  en(
    'dolly-in',
    String.raw`doll(?:y|ies|ying|ied)[\s-]+~(?:in(?:to)?|forwards?|towards?|closer)|(?:track|truck)(?:s|ing)?[\s-]+~(?:in|forwards?)`,
  ),
  en('dolly-in', String.raw`dolly(?:\s+shot)?`),
  en(
    'dolly-out',
    String.raw`doll(?:y|ies|ying|ied)[\s-]+~(?:out|backwards?|back|away)|(?:track|truck)(?:s|ing)?[\s-]+~(?:out|back(?:wards?)?)`,
  ),
  ofCamera(
    en(
      'dolly-in',
      String.raw`(?:mov(?:e|es|ing)|fl(?:y|ies|ying)|glid(?:e|es|ing)|creep(?:s|ing)?|drift(?:s|ing)?|push(?:es|ing)?)\s+~(?:forwards?|closer|in(?:to)?)`,
    ),
  ),
  ofCamera(
    en(
      'dolly-out',
      String.raw`(?:mov(?:e|es|ing)|fl(?:y|ies|ying)|glid(?:e|es|ing)|drift(?:s|ing)?|retreat(?:s|ing)?)\s+~(?:backwards?|back|away|out)`,
    ),
  ),
  en(
    'pan-left',
    String.raw`${PAN}\s+~>left|${PAN}\s+~(?:from\s+)?right\s+to\s+left|left(?:ward)?\s+pan|truck(?:s|ing)?\s+~>left`,
  ),
  en(
    'pan-right',
    String.raw`${PAN}\s+~>right|${PAN}\s+~(?:from\s+)?left\s+to\s+right|right(?:ward)?\s+pan|truck(?:s|ing)?\s+~>right`,
  ),
  en(
    'pan',
    String.raw`panning(?:\s+shot)?|(?:camera|shot|view)\s+~pans?|(?:slow|fast|smooth|gentle|quick|whip|horizontal)\s+pan|pan\s+(?:across|over|shot)|pan\s+the\s+camera`,
  ),
  en(
    'tilt-up',
    String.raw`${TILT}\s+~(?:up|upwards?)|(?:crane|pedestal|boom)(?:s|ing)?\s+~(?:up|upwards?)|upward\s+tilt`,
  ),
  en(
    'tilt-down',
    String.raw`${TILT}\s+~(?:down|downwards?)|(?:crane|pedestal|boom)(?:s|ing)?\s+~(?:down|downwards?)|downward\s+tilt`,
  ),
  en('tilt', String.raw`(?:camera|shot)\s+~tilts|tilting\s+shot|tilt\s+shot|vertical\s+tilt`),
  en('orbit-left', String.raw`${ORBIT}\s+~(?:around\s+)?>left|${ORBIT}\s+~counter-?clockwise`),
  en('orbit-right', String.raw`${ORBIT}\s+~(?:around\s+)?>right|${ORBIT}\s+~clockwise`),
  en(
    'orbit',
    String.raw`orbit(?:s|ing|al)?(?:\s+shot)?|arc(?:ing)?\s+(?:shot|around)|360(?:\s*°|[\s-]degrees?)?\s+(?:shot|view|rotation|turn)`,
  ),
  ofCamera(en('orbit', String.raw`${ORBIT}(?:\s+~(?:around|about))?`)),
  ofCamera(en('pan-left', String.raw`(?:${GO}|turn(?:s|ing)?)\s+~>left(?:wards?)?`)),
  ofCamera(en('pan-right', String.raw`(?:${GO}|turn(?:s|ing)?)\s+~>right(?:wards?)?`)),
  ofCamera(
    en(
      'tilt-up',
      String.raw`(?:${GO}|look(?:s|ing)?|ris(?:e|es|ing)|fl(?:y|ies|ying)|lift(?:s|ing)?)\s+~(?:up|upwards?)|ris(?:e|es|ing)`,
    ),
  ),
  ofCamera(
    en(
      'tilt-down',
      String.raw`(?:${GO}|look(?:s|ing)?|fl(?:y|ies|ying)|lower(?:s|ing)?)\s+~(?:down|downwards?)|descend(?:s|ing)?|lower(?:s|ing)?`,
    ),
  ),

  zh(
    'zoom-in',
    '推进|推近|拉近|推镜头?|推向|推入|镜头推|向前推|放大|变焦推|前推|(?:镜头|画面|相机|摄像机)[^,]{0,4}靠近',
  ),
  zh('zoom-out', '拉远|推远|拉镜头?|拉出|拉开|后拉|向后拉|镜头拉|缩小|变焦拉|拉向远'),
  zh('dolly-in', '移近|跟进镜头|推轨|轨道推'),
  zh('dolly-out', '移远|轨道拉'),
  ofCamera(zh('dolly-in', '前移|前进|向前(?:移动?|行|飞行?)?|往前|靠近|逼近|接近')),
  ofCamera(zh('dolly-out', '后移|后退|向后(?:移动?|飞行?)?|往后|远离|退后')),
  zh(
    'pan-left',
    '左摇|向左摇|往左摇|左平移|向左平移|往左平移|向左横移|左横移|(?:摇|移|平移|横移)[^,]{0,3}[向往]左|(?:镜头|相机|摄像机)[^,]{0,4}从右[向往到至]左',
  ),
  zh(
    'pan-right',
    '右摇|向右摇|往右摇|右平移|向右平移|往右平移|向右横移|右横移|(?:摇|移|平移|横移)[^,]{0,3}[向往]右|(?:镜头|相机|摄像机)[^,]{0,4}从左[向往到至]右',
  ),
  zh('pan', '摇镜头?|横摇|横移|平移|摇摄|扫过'),
  zh(
    'tilt-up',
    '上摇|向上摇|往上摇|上仰|仰摇|(?:摇|移)[^,]{0,3}[向往]上|(?:镜头|相机|摄像机)[^,]{0,4}从下[向往到至]上',
  ),
  zh(
    'tilt-down',
    '下摇|向下摇|往下摇|俯摇|(?:摇|移)[^,]{0,3}[向往]下|(?:镜头|相机|摄像机)[^,]{0,4}从上[向往到至]下',
  ),
  ofCamera(zh('pan-left', '左移|[向往朝]左(?:移动?|转动?|滑动?)?|左转')),
  ofCamera(zh('pan-right', '右移|[向往朝]右(?:移动?|转动?|滑动?)?|右转')),
  ofCamera(zh('tilt-up', '上移|[向往朝]上(?:移动?|升|抬)?|上升|升起|升高|抬升|抬起|上抬|抬高')),
  ofCamera(zh('tilt-down', '下移|[向往朝]下(?:移动?|降|压)?|下降|降低|下压|降下')),
  zh('orbit-left', '(?:逆时针|向左)(?:环绕|围绕|绕)|(?:环绕|围绕)[^,]{0,6}逆时针'),
  zh('orbit-right', '(?:顺时针|向右)(?:环绕|围绕|绕)|(?:环绕|围绕)[^,]{0,6}顺时针'),
  zh(
    'orbit',
    '环绕(?:镜头|拍摄|运镜)?|绕拍|弧形(?:镜头|运镜|移动)|(?:镜头|相机|摄像机)[^,]{0,4}(?:围绕|绕着?|旋转)',
  ),
];

/** Words that make a clause one about the camera. */
export const CAMERA_WORDS =
  /\b(?:camera|cam|shot|view|viewpoint|lens|drone)\b|镜头|相机|摄像机|摄影机|机位|视角|运镜/u;

const STILL = String.raw`(?:static|still|fixed|stationary|locked(?:[\s-](?:off|down))?|motionless|steady|unmoving)`;

/** Clear words for a camera that does not move; "a still lake" is not among them. */
export const HOLD_PHRASES: readonly RegExp[] = [
  new RegExp(String.raw`\b${STILL}[\s-]+(?:camera|shot|frame|framing|view|lens|tripod)\b`, 'u'),
  new RegExp(String.raw`\b(?:camera|shot|frame|view)\s+(?:\w+\s+){0,2}${STILL}\b`, 'u'),
  /\b(?:camera|shot|view)\s+(?:\w+\s+)?(?:holds?|stays?\s+put)\b|\bhold(?:s|ing)?\s+(?:the\s+)?(?:shot|camera|frame|still|steady)\b|\btripod\s+shot\b|\block(?:ed)?[\s-]off\b/u,
  /^\s*(?:hold|static|still|fixed)\s*$/u,
  /(?:镜头|机位|相机|摄像机|摄影机|画面|视角)[^,]{0,6}(?:固定|静止|不动|不变|定住)|(?:固定|静止|定格|静态)的?(?:镜头|机位|画面|拍摄|视角|摄影)|定机位|^\s*(?:固定|静止|不动|定格)\s*$/u,
];

/** Moving at all, as in "no camera movement". */
export const ANY_MOVEMENT =
  /\b(?:camera|lens)\s+(?:movements?|motions?|moves?|moving|shakes?|work)\b|\bmov(?:e|ing)\s+the\s+camera\b|\bmovement\s+of\s+the\s+camera\b|运镜|(?:镜头|相机|摄像机|机位)(?:的)?(?:运动|移动|晃动)|(?:移动|晃动)(?:镜头|相机|摄像机)/u;

/** A negation that reaches what comes right after it. */
export const NEGATION_BEFORE =
  /(?:\b(?:no|not|never|without|avoid(?:s|ing)?|don['’]?t|doesn['’]?t|do\s+not|does\s+not|isn['’]?t|won['’]?t|shouldn['’]?t|must\s+not|cannot|zero|instead\s+of|free\s+of)\s+(?:[\w'’-]+\s+){0,4}|不(?![断停时久])要?|没有?|无需?|(?<![特区分])别|勿|禁止|避免|请勿|不得|不能|不许|拒绝)[^,]{0,4}$/u;

const SPEEDS: readonly { readonly speed: CameraSpeed; readonly pattern: RegExp }[] = [
  {
    speed: 'slow',
    pattern:
      /\b(?:slow(?:ly)?|gentl[ey]|gradual(?:ly)?|subtl[ey]|soft(?:ly)?|calm(?:ly)?|slight(?:ly)?|creep(?:s|ing)?)\b|缓缓|缓慢|慢慢|徐徐|慢速|轻轻|轻微|逐渐|渐渐|悠悠|缓/u,
  },
  {
    speed: 'fast',
    pattern:
      /\b(?:fast|quick(?:ly)?|rapid(?:ly)?|swift(?:ly)?|dramatic(?:ally)?|sudden(?:ly)?|whip|crash|speedy|abrupt(?:ly)?)\b|快速|迅速|急速|飞快|猛然?|急|疾/u,
  },
];

/** The speed that a clause names. */
export function speedOf(clause: string): CameraSpeed {
  return SPEEDS.find(({ pattern }) => pattern.test(clause))?.speed ?? 'normal';
}
