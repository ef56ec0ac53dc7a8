/**
 * The pixel format that a codec string implies. H.264 names it by profile (RFC 6381), VP9 and AV1 by profile and depth; where
 * a profile allows several, the answer is undefined.
 */
export function pixelFormatOf(codec: string | null): string | undefined {
  if (codec === null) return undefined;
  if (codec === 'vp8') return 'yuv420p';
  const avc = /^avc[13]\.(42|4d|58|64|6e)/i.exec(codec)?.[1]?.toLowerCase();
  if (avc !== undefined) return avc === '6e' ? undefined : 'yuv420p';
  const vp9 = /^vp09\.(\d\d)\.\d\d\.(\d\d)/.exec(codec);
  if (vp9 !== null) return vp9[1] === '00' && vp9[2] === '08' ? 'yuv420p' : undefined;
  const av1 = /^av01\.(\d)\.\w+\.(\d\d)/.exec(codec);
  if (av1 !== null && av1[1] === '0') return av1[2] === '10' ? 'yuv420p10le' : 'yuv420p';
  return undefined;
}
