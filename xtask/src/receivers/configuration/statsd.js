{
  address: "127.0.0.1",
  mgmt_address: "127.0.0.1",
  servers: [
    { server: "./servers/udp", address: "127.0.0.1", port: 8125 },
    { server: "./servers/tcp", address: "127.0.0.1", port: 8125 },
  ],
  dumpMessages: true,
  backends: ["./backends/console"],
}
