import { afterAll, vi } from 'vitest';

// Runs before each file. What a file changed in its process is undone for the next one.
afterAll(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});
