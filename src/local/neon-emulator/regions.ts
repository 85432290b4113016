/**
 * Owns Neon's regions, as its API lists them. All of them are this machine: a region is a name that a project shows.
 */
import type { RegionResponse } from '@neon/sdk/raw';

export const defaultRegionId = 'aws-us-east-1';

const places: readonly (readonly [id: string, name: string, latitude: string, longitude: string])[] = [
  ['aws-us-east-1', 'AWS US East 1 (N. Virginia)', '38.9940541', '-77.4524237'],
  ['aws-us-east-2', 'AWS US East 2 (Ohio)', '39.96', '-83'],
  ['aws-us-west-2', 'AWS US West 2 (Oregon)', '46.15', '-123.88'],
  ['aws-eu-central-1', 'AWS Europe Central 1 (Frankfurt)', '50', '8'],
  ['aws-eu-west-2', 'AWS Europe West 2 (London)', '51.5', '-0.1'],
  ['aws-ap-southeast-1', 'AWS Asia Pacific 1 (Singapore)', '1.37', '103.8'],
  ['aws-ap-southeast-2', 'AWS Asia Pacific 2 (Sydney)', '-33.86', '151.2'],
  ['aws-sa-east-1', 'AWS South America East 1 (São Paulo)', '-23.53', '-46.63'],
];

export const regions: readonly RegionResponse[] = places.map(([id, name, latitude, longitude]) => ({
  region_id: id,
  name,
  default: id === defaultRegionId,
  geo_lat: latitude,
  geo_long: longitude,
}));

export function isRegion(id: string): boolean {
  return places.some(([known]) => known === id);
}
