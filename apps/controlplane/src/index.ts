export { startControlPlane, type ControlPlane, type StartOptions } from './app.js';
export { checkConfig, ConfigError, readConfig } from './config.js';
