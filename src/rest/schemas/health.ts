import { Type } from 'typebox';
import { text } from './answer.ts';

export const Health = Type.Object({ status: text('ok') });
