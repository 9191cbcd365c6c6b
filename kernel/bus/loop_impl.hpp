// What is behind Loop. Only for loop.cpp and zmq_watch.cpp: Boost.Asio is a heavy header.
#pragma once
#include <utility>  // before Asio: Boost 1.74 uses std::exchange without including it

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "kernel/bus/loop.hpp"
#include "kernel/bus/timer_queue.hpp"

namespace fleetd::bus {

struct Loop::Impl {
  boost::asio::io_context io{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{io.get_executor()};
  boost::asio::steady_timer timer{io};
  TimerQueue timers;
};

}  // namespace fleetd::bus
