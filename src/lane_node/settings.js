// A function's environment variables.
import { SHARED, STABLE, isLane } from './context.js';

/** When GRAY_LANE or GRAY_ENVIRONMENT is missing or invalid. */
export class SettingsError extends Error {
  name = 'SettingsError';
}

/** What a function knows of itself. */
export class Settings {
  /**
   * @param {string} environment part of every physical name
   * @param {string} lane own lane, or `shared` for a service without versions
   * @param {string} service its name in metrics
   */
  constructor(environment, lane, service) {
    this.environment = environment;
    this.lane = lane;
    this.service = service;
  }

  /** The lane of work that came without one: the own lane; stable for a shared service. */
  get home() {
    return this.lane === SHARED ? STABLE : this.lane;
  }
}

/**
 * The settings in these variables.
 * @param {Record<string, string | undefined>} [environ]
 * @throws {SettingsError}
 */
export function settings(environ = process.env) {
  const { GRAY_LANE: lane = '', GRAY_ENVIRONMENT: environment = '' } = environ;
  if (!isLane(lane) && lane !== SHARED) {
    throw new SettingsError(
      `GRAY_LANE is '${lane}': set it to the lane of this function (v1, v2, ...) or to \`shared\``,
    );
  }
  if (!environment) {
    throw new SettingsError("GRAY_ENVIRONMENT is not set: give the environment's name (dev, test, prod)");
  }
  return new Settings(environment, lane, environ.POWERTOOLS_SERVICE_NAME ?? 'service');
}
