/** What we use of it; it comes without declarations. */
declare module "ssh2-sftp-client" {
  class SftpClient {
    connect(place: { host: string; port: number; username: string; privateKey: string }): Promise<unknown>;
    uploadDir(from: string, to: string): Promise<string>;
    end(): Promise<unknown>;
  }
  // biome-ignore lint/style/noDefaultExport: that is how it comes
  export default SftpClient;
}
