import { IsoBoxWalker } from './iso-box-walker';

/** The user type of a box that holds XMP (Adobe, XMP specification part 3, "MPEG-4"). */
const XMP = Buffer.from('be7acfcb97a942e89c71999491e3afac', 'hex');
/** What IPTC's vocabulary calls a picture or video that a trained model made. */
const DIGITAL_SOURCE_TYPE = 'http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia';

const PACKET = [
  '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>',
  '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">',
  '<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"',
  ' xmlns:dc="http://purl.org/dc/elements/1.1/">',
  `<Iptc4xmpExt:DigitalSourceType>${DIGITAL_SOURCE_TYPE}</Iptc4xmpExt:DigitalSourceType>`,
  '<dc:description><rdf:Alt><rdf:li xml:lang="x-default">Made with generative AI.</rdf:li></rdf:Alt></dc:description>',
  '</rdf:Description></rdf:RDF></x:xmpmeta>',
  '<?xpacket end="r"?>',
].join('');

/** The label as a box of its own, which players step over. */
const LABEL: Buffer = (() => {
  const packet = Buffer.from(PACKET, 'utf8');
  const header = Buffer.alloc(8);
  header.writeUInt32BE(header.length + XMP.length + packet.length, 0);
  header.write('uuid', 4, 'latin1');
  return Buffer.concat([header, XMP, packet]);
})();

/**
 * The bytes of an MP4 or QuickTime video, and after the last box another that says in XMP that a model made it: nothing is encoded or
 * moved, and nothing of the video is kept. `onLabel` is given the box. What ends within a box, or has no end of its own, stays as it
 * is; so does a video with Content Credentials, which say the same and would not hold any more.
 */
export async function* withAiLabel(
  video: AsyncIterable<Buffer>,
  onLabel: (box: Buffer) => void,
): AsyncGenerator<Buffer> {
  const walker = new IsoBoxWalker();
  for await (const chunk of video) {
    walker.add(chunk);
    yield chunk;
  }
  if (!walker.endsWithABox || walker.hasContentCredentials) return;
  onLabel(LABEL);
  yield LABEL;
}
