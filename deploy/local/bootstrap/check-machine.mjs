/** Refuses early, in one sentence, what would fail later in many. */
export function checkMachine() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new Error(`Node ${process.versions.node} is too old to begin with: install Node 20.19 or newer.`);
  }
  if (process.platform !== 'linux') {
    throw new Error(
      `The embedded runtime needs Linux, this is ${process.platform}: use Docker Compose instead.`,
    );
  }
}
