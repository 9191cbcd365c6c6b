// What is behind Plugins. Only for plugins*.cpp.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kernel/bus/bus_thread.hpp"
#include "kernel/plugin/batches.hpp"
#include "kernel/plugin/in_process.hpp"
#include "kernel/plugin/isolated_host.hpp"
#include "kernel/plugin/isolated_supervision.hpp"
#include "kernel/plugin/messages.hpp"
#include "kernel/plugin/plugins.hpp"
#include "kernel/plugin/touched.hpp"
#include "kernel/process/left_behind.hpp"

namespace fleetd::plugin {

class Exchange;
class Told;

struct LoadedPlugin {
  std::string library, settings;  // what it is started with
  std::string routingId;
  std::unique_ptr<Runner> host;
  IsolatedHost* isolated = nullptr;              // `host`, when it is a process
  Supervision supervision;                       // of that process
  std::shared_ptr<const std::string> toldFleet;  // the last fleet view it accepted, for the next process
  std::optional<bus::BusThread::Answer> hello;   // until it was looked at
  std::optional<Manifest> manifest;              // once it is up
  std::optional<Error> failure;                  // why it is not
  std::optional<Schema> schema;
  struct Early {
    std::string topic, body;
    bus::BusThread::Answer answer;
  };
  std::vector<Early> early;  // asked ahead, until somebody wants the answer
  std::optional<bus::BusThread::Answer> takeEarly(std::string_view topic, std::string_view body);
  Touched touched;         // so far in this run
  bool endTold = false;    // that its process ended while nobody asked it anything
  bool crashTold = false;  // that it crashed inside of this program, or again
};

struct Plugins::State {
  PluginsOptions options;
  std::vector<PluginFile> files;  // by id
  std::map<std::string, LoadedPlugin> loaded;
  std::unique_ptr<Exchange> exchange;
  std::unique_ptr<bus::BusThread> bus;  // after what it serves: it ends first
  LogSink log;                          // what plugins log to: the bus, which hands it on
  std::unique_ptr<Told> told;           // after the bus
  process::RemovedOnInterrupt socketsRemoved;
  std::string socketDirectory;                // of the socket for processes, once there is one
  std::map<std::string, Diagnostic> notices;  // by plugin; they wait for somebody who takes diagnostics
  std::uint64_t started = 0;
  bool remains = false;  // a thread that never came back

  ~State();

  const PluginFile* find(const std::string& id) const;
  Error unknown(const std::string& id) const;
  // What plugins were refused meanwhile becomes findings.
  void reportRefusals(Diagnostics& diagnostics);
  // The bus, with what is needed around it.
  Result<void> openBus();
  // Starts loading; nothing happens when it is loaded, loading or failed already.
  void begin(const std::string& id);
  // Whether a plugin of this program may go on in a process of its own.
  bool movable(const std::string& id) const;
  // Waits for the end of loading.
  Result<LoadedPlugin*> up(const std::string& id);

  // plugins_runs.cpp: threads and processes, and what they are asked.
  void launch(const std::string& id, LoadedPlugin& plugin, bool isolate);
  Result<void> openSocket();
  Step happened(LoadedPlugin& plugin, Event event) const;
  // Sees to it that its process is gone, and how.
  Death ended(LoadedPlugin& plugin, const Error& why) const;
  Error failedToStart(const std::string& id, LoadedPlugin& plugin, const Error& error);
  // After the process of a plugin ended during `topic`, or was ended for `why`: starts it again, or says in its
  // `failure` why not. True when what was not answered is to be asked again.
  bool recover(const std::string& id, LoadedPlugin& plugin, const Error& why, const std::string& topic);

  using Reply = Result<std::vector<Answer>>;
  using NextBatch = std::function<std::optional<Batch>()>;
  using TakeReply = std::function<void(std::size_t batch, Reply reply)>;
  // Sends each batch as soon as `next` made it, and hands on each reply once, while later ones are on their way: as
  // many answers as documents went out (one for none).
  void converse(const std::string& id, const char* topic, std::uint32_t timeoutMs, const NextBatch& next,
                const TakeReply& take);
  // Sends a question that will be put soon: converse() then finds it on its way. Not to a process, which it may end and
  // which is started again when it is asked in its turn.
  void ahead(const std::string& id, const char* topic, std::string body);
  // One message.
  Reply ask(const std::string& id, const char* topic, const std::vector<std::string>& documents,
            std::uint32_t timeoutMs = 0);
  // One message of which the body is there.
  Reply askBody(const std::string& id, const char* topic, Batch batch, std::uint32_t timeoutMs = 0);
  // Whether it knows the fleet, once it was told if need be. Error: what it answered.
  Result<std::optional<sdk::Error>> tellFleet(const std::string& id, const FleetDocument& fleet);
  // The same questions as askAll() puts.
  void askAllAhead(const std::string& id, const char* topic, std::size_t count, const PackDocument& pack);
  using TakeAnswer = std::function<void(std::size_t document, Answer answer)>;
  // `count` documents, in batches. The first error of a batch stands for its documents.
  void askAll(const std::string& id, const char* topic, std::size_t count, const PackDocument& pack,
              const TakeAnswer& take);
  void tellNotices(Diagnostics& diagnostics);
  // What hangs on a thread of this program: the thread is left to itself, and the plugin has failed as a process would.
  void leaveBehind(const std::string& id, LoadedPlugin& plugin, const char* topic);
  // Plugins that crashed inside of this program before it started anew, and are fine since.
  void noticeCrashes();
  // Looks after plugins whose process ended, or was ended, while nobody asked them anything; what is to be said of it
  // goes to `notices`.
  void noticeEnds();
};

// "plugin `x`"
std::string called(const std::string& id);
// What is inside a reply. Errors: of the transport, of the whole request, FL0310 and FL0311.
Result<std::vector<Answer>> readAnswers(const std::string& id, const Result<bus::Message>& reply,
                                        std::size_t documents);

}  // namespace fleetd::plugin
