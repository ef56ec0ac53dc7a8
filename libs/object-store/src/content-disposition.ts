/** RFC 6266: a plain name for old clients, and the real one in RFC 8187 form when it needs that. */
export function contentDisposition(downloadName: string | undefined): string {
  if (downloadName === undefined) return 'inline';
  // Path separators and control characters (line ends too) are dropped: the name must stay one name, in one header line.
  const safe = downloadName.replace(/[\p{Cc}\p{Cf}\p{Cs}/\\]/gu, '_');
  const name = Array.from(safe).slice(0, 150).join('') || 'download';
  const plain = name.replace(/[^\x20-\x7e]/g, '_').replace(/["%]/g, '_');
  if (plain === name) return `attachment; filename="${plain}"`;
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
