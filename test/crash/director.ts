// Owns the points that the processes of a world reach, in the one order in which they do: it writes them down, or lets one process
// die at one of them.

import type { Role } from '../../src/config.ts';
import type { OnPoint, Service } from '../harness/world/running.ts';

export interface Reached {
  readonly role: Role;
  readonly point: string;
  /** Which time the role reached it since it was begun to count. */
  readonly nth: number;
}

export interface Director {
  readonly onPoint: OnPoint;
  /** From here on points are counted, and the first process that reaches `deadly` dies there. */
  begin(deadly?: Reached): void;
  /** Nobody dies any more. What was reached since `begin`, in order. */
  end(): readonly Reached[];
  /** Who has died since `begin`. */
  victim(): Service | undefined;
}

export function makeDirector(): Director {
  let isOn = false;
  let deadly: Reached | undefined;
  let victim: Service | undefined;
  let reached: Reached[] = [];
  const counts = new Map<string, number>();
  return {
    onPoint(service, point) {
      if (!isOn) return 'go_on';
      const { role } = service;
      const nth = (counts.get(`${role} ${point}`) ?? 0) + 1;
      counts.set(`${role} ${point}`, nth);
      reached.push({ role, point, nth });
      if (victim || deadly?.role !== role || deadly.point !== point || deadly.nth !== nth) return 'go_on';
      victim = service;
      return 'die';
    },
    begin(at) {
      isOn = true;
      deadly = at;
      victim = undefined;
      reached = [];
      counts.clear();
    },
    end() {
      isOn = false;
      return reached;
    },
    victim: () => victim,
  };
}

/** In a recording, where a job looks at Neon again and again, the first two looks stand for all. */
export function withoutRepeatedLooks(reached: readonly Reached[]): Reached[] {
  const looks: Reached[][] = [[]];
  for (const one of reached) {
    looks.at(-1)?.push(one);
    if (one.point === 'queue.delay.after') looks.push([]);
  }
  const names = looks.map((look) => look.map(({ role, point }) => `${role} ${point}`).join());
  return looks.filter((_, index) => names[index] !== names[index - 1] || names[index] !== names[index - 2]).flat();
}
