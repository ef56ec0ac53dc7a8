/**
 * Runs in a worker thread. It is of its own because the parser can be made to spin for ever by a damaged file (some twenty of 300
 * randomly damaged MP4s did), and a thread can be ended where a promise cannot. Sources are run as they are in tests, where Node strips the
 * types: hence the folder's own package.json, and no imports of our own but types.
 */
import { parentPort } from 'node:worker_threads';
import { CustomSource, EncodedPacketSink, Input, MP4, QTFF, WEBM, type InputVideoTrack } from 'mediabunny';
import type { FromThread, ProbeProblem, ProbeRequest, ToThread, TrackFacts } from './protocol.js';

// This thread's own console: the parser reports every oddity of a file there, which is nobody's news.
Object.assign(console, { warn: () => undefined });

const waiting = new Map<number, (bytes: Uint8Array | undefined) => void>();
let reads = 0;

const tell = (message: FromThread): void => parentPort?.postMessage(message);

parentPort?.on('message', (message: ToThread) => {
  if (message.type === 'bytes') {
    waiting.get(message.read)?.(message.bytes);
    waiting.delete(message.read);
    return;
  }
  void probe(message).then(tell);
});

const readFromParent = (start: number, end: number): Promise<Uint8Array> =>
  new Promise((resolve, reject) => {
    const read = (reads += 1);
    waiting.set(read, (bytes) =>
      bytes === undefined ? reject(new Error('The reader failed.')) : resolve(bytes),
    );
    tell({ type: 'read', read, start, end });
  });

async function probe({
  size,
  maxFrames,
  head,
  isInMemory,
}: ProbeRequest): Promise<TrackFacts | ProbeProblem> {
  const source = new CustomSource({
    getSize: () => size,
    read: (start, end) =>
      head !== undefined && end <= head.length ? head.subarray(start, end) : readFromParent(start, end),
    prefetchProfile: isInMemory ? 'none' : 'network',
    handleUnhandledError: () => undefined,
  });
  // Only these formats: the parser would follow the addresses in a playlist.
  const input = new Input({ source, formats: [MP4, QTFF, WEBM] });
  try {
    return await describe(input, maxFrames);
  } catch {
    return { type: 'problem', reason: 'its structure is damaged' };
  } finally {
    input.dispose();
  }
}

async function describe(input: Input, maxFrames: number): Promise<TrackFacts | ProbeProblem> {
  const video = await input.getPrimaryVideoTrack();
  if (video === null) return { type: 'problem', reason: 'it has no picture' };
  const videoCodec = await video.getCodec();
  if (videoCodec === null)
    return { type: 'problem', reason: 'its picture is in a codec that we do not know' };
  if (!(await hasFrames(video))) return { type: 'problem', reason: 'it has no frames' };
  const audio = await input.getPrimaryAudioTrack();
  const { packetCount, averagePacketRate } = await video.computePacketStats(maxFrames);
  return {
    type: 'facts',
    width: await video.getDisplayWidth(),
    height: await video.getDisplayHeight(),
    durationSeconds: await input.computeDuration(audio === null ? [video] : [video, audio]),
    videoCodec,
    codecString: await video.getCodecParameterString(),
    audioCodec: (await audio?.getCodec()) ?? null,
    packetCount,
    packetRate: averagePacketRate,
  };
}

/** Reads the first and the last frame: an index alone proves nothing. */
async function hasFrames(video: InputVideoTrack): Promise<boolean> {
  const packets = new EncodedPacketSink(video);
  const first = await packets.getFirstPacket();
  const last = await packets.getPacket(Infinity);
  return first !== null && last !== null && first.data.length > 0;
}
