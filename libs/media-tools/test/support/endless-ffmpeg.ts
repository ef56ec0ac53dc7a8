import { runFfmpeg } from '../../src/index';

/** Run in a process of its own that a test kills. The picture is made in real time, so that it costs next to nothing. */
const source = ['-re', '-f', 'lavfi', '-i', 'testsrc=size=64x64:rate=5'];
void runFfmpeg([...source, '-f', 'null', '-'], { timeoutMs: 600_000 });
