/** What is to be probed; the bytes are asked for piece by piece. */
export interface ProbeRequest {
  readonly type: 'probe';
  readonly size: number;
  /** Whether every piece comes at once, so that none need be asked for early. */
  readonly isInMemory: boolean;
  /** The beginning of the file, which need not be asked for. */
  readonly head?: Uint8Array<ArrayBuffer>;
  /** Frames that may be looked at for the frame rate. */
  readonly maxFrames: number;
}

/** The answer to a `read`; without bytes the reader has failed. */
export interface ReadAnswer {
  readonly type: 'bytes';
  readonly read: number;
  readonly bytes?: Uint8Array;
}

export interface ReadRequest {
  readonly type: 'read';
  readonly read: number;
  readonly start: number;
  readonly end: number;
}

/** What the parser found, not yet judged. */
export interface TrackFacts {
  readonly type: 'facts';
  readonly width: number;
  readonly height: number;
  readonly durationSeconds: number;
  readonly videoCodec: string;
  /** RFC 6381, for example `avc1.64001f`. */
  readonly codecString: string | null;
  readonly audioCodec: string | null;
  readonly packetCount: number;
  readonly packetRate: number;
}

export interface ProbeProblem {
  readonly type: 'problem';
  /** Completes "The video cannot be used: ...". */
  readonly reason: string;
}

export type ToThread = ProbeRequest | ReadAnswer;
export type FromThread = ReadRequest | TrackFacts | ProbeProblem;
