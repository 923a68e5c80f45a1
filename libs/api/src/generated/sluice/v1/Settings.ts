// Original file: proto/sluice/v1/controlplane.proto

export interface SettingsInput {
  mode?: string;
  allowLocalHost?: string;
  routing?: string;
  tunnelPort?: number;
}

export interface Settings {
  mode: string;
  allowLocalHost: string;
  routing: string;
  tunnelPort: number;
}
