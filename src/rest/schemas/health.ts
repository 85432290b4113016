import { Type } from 'typebox';
import { text } from './answer.ts';

export const Health = Type.Object({ status: text('ok') });

export const Readiness = Type.Object({
  status: Type.Literal('ok'),
  away: Type.Array(Type.Literal('queue'), { description: 'What is away and delays work: the queue.' }),
});
