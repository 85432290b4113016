// The Neon emulator as a process of its own, with its control port.

import { type EmulatorOptions, startEmulator } from '../../../src/local/neon-emulator/index.ts';
import { endOnSigterm, readOrder, sayReady } from './order.ts';

const emulator = await startEmulator(readOrder<EmulatorOptions>());
endOnSigterm(() => emulator.close());
const { baseUrl, controlUrl, apiKey, accountId } = emulator;
sayReady({ baseUrl, controlUrl, apiKey, accountId });
