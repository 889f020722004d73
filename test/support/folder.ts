import { mkdtempSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MEMORY = '/dev/shm';
const ENOUGH = 1024 ** 3;

/**
 * Where tests keep what they write: in memory where the system has that and room for it, for a store waits for its disk at every write.
 * What a killed process has written is as safe there as on a disk; only a power cut would tell them apart.
 */
const place = inMemory() ? MEMORY : tmpdir();

function inMemory(): boolean {
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    return bavail * bsize > ENOUGH;
  } catch {
    return false;
  }
}

/** A new folder, its owner's alone; whoever asks for it removes it. */
export const temporaryFolder = (): string => mkdtempSync(join(place, 'rollcall-'));
