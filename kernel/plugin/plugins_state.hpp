// What is behind Plugins. Only for plugins.cpp and plugins_calls.cpp.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kernel/bus/bus_thread.hpp"
#include "kernel/plugin/in_process.hpp"
#include "kernel/plugin/messages.hpp"
#include "kernel/plugin/plugins.hpp"

namespace fleetd::plugin {

struct LoadedPlugin {
  std::string routingId;
  std::optional<InProcessHost> host;
  std::optional<bus::BusThread::Answer> hello;  // until it was looked at
  std::optional<Manifest> manifest;             // once it is up
  std::optional<Error> failure;                 // why it is not
  std::optional<Schema> schema;
};

struct Plugins::State {
  PluginsOptions options;
  std::vector<PluginFile> files;  // by id
  std::map<std::string, LoadedPlugin> loaded;
  std::unique_ptr<bus::BusThread> bus;
  std::uint64_t started = 0;

  ~State();

  const PluginFile* find(const std::string& id) const;
  Error unknown(const std::string& id) const;
  // Starts loading; nothing happens when it is loaded, loading or failed already.
  void begin(const std::string& id);
  // Waits for the end of loading.
  Result<LoadedPlugin*> up(const std::string& id);
  // One message and its answers, as many as documents went out (one for none).
  Result<std::vector<Answer>> ask(const std::string& id, const char* topic, const std::vector<std::string>& documents);
  // The same for many documents: in batches, all on their way at once. The first error of a batch stands for
  // its documents.
  std::vector<Answer> askAll(const std::string& id, const char* topic, const std::vector<std::string>& documents);
};

// "plugin `x`"
std::string called(const std::string& id);

}  // namespace fleetd::plugin
