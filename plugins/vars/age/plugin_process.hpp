// A program that is asked with stanzas on its standard input, and answers with stanzas on its standard output.
#pragma once
#include <string>
#include <utility>

#include "plugins/vars/age/header.hpp"

namespace fleetd::vars::age {

class PluginProcess {
 public:
  PluginProcess() = default;
  PluginProcess(PluginProcess&& other) noexcept { *this = std::move(other); }
  PluginProcess& operator=(PluginProcess&& other) noexcept;
  ~PluginProcess();

  // `program` is searched in PATH and gets --age-plugin=`machine`; its errors go where ours go. Errors: AGE10.
  static fleet::Result<PluginProcess> start(const std::string& program, const std::string& machine);
  fleet::Result<void> send(const Stanza& stanza);
  // Errors: AGE10 when it ends, is silent for ten minutes or says what is no stanza.
  fleet::Result<Stanza> receive();
  // It has said that it is done.
  fleet::Result<void> end();

 private:
  fleet::Result<std::string> line();
  fleet::Error wrong(const std::string& what) const;
  void close();

  std::string program_, buffer_;
  int to_ = -1, from_ = -1, child_ = -1;
};

}  // namespace fleetd::vars::age
