#include "kernel/bus/connections.hpp"

#include <gtest/gtest.h>

#include "kernel/bus/bus_thread.hpp"
#include "kernel/bus/hello.hpp"
#include "kernel/bus/limits.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/unit/bus/peer.hpp"

namespace fleetd::bus {
namespace {

// Two peers over a socket of the file system, as processes have it. The bodies decide what happens.
struct Yard {
  test::TempDir dir;
  std::string endpoint = "ipc://" + dir.at("rpc");
  std::unique_ptr<BusThread> bus = *BusThread::start({endpoint});
  Context others = *Context::create(1);
};

std::string helloHeader() {
  Envelope header;
  header.kind = Kind::hello;
  return encode(header);
}

Socket join(Yard& yard, const std::string& id, BusThread::Answer hello) {
  Socket socket = *Socket::create(yard.others, SocketType::dealer, id);
  EXPECT_TRUE(socket.connect(yard.endpoint).ok());
  EXPECT_TRUE(socket.waitWritable(kLong));
  EXPECT_EQ(socket.send({helloHeader(), packHello({}, {})}), SendStatus::sent);
  EXPECT_TRUE(hello.get().ok());
  return socket;
}

TEST(Connections, AMessageThatIsTooLargeEndsThePeerAtOnce) {
  Yard yard;
  auto first = yard.bus->expect("p1", "one", kLong);
  auto second = yard.bus->expect("p2", "two", kLong);
  std::promise<Error> fault;
  yard.bus->onFault("p1", [&](const Error& why) { fault.set_value(why); });
  Socket one = join(yard, "p1", std::move(first));
  Socket two = join(yard, "p2", std::move(second));
  auto asked = yard.bus->request("p1", "t/1", {}, kLong);
  auto other = yard.bus->request("p2", "t/1", {}, kLong);
  EXPECT_EQ(one.send({helloHeader(), std::string(kMaxBodyBytes + 1, 'x')}), SendStatus::sent);
  const auto answer = asked.get();  // long before its deadline
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code, Code::FL0336) << answer.error().message;
  EXPECT_NE(answer.error().message.find("`one`"), std::string::npos);
  EXPECT_EQ(fault.get_future().get().code, Code::FL0336);
  EXPECT_EQ(yard.bus->request("p1", "t/1", {}, kLong).get().error().code, Code::FL0336);
  // The other one is as it was.
  EXPECT_EQ(other.wait_for(std::chrono::milliseconds(0)), std::future_status::timeout);
  yard.bus->bye("p2");
  EXPECT_EQ(other.get().error().code, Code::FL0316);
}

TEST(Connections, OneThatClosesIsNoticedAndItsDescriptorMayBeAnothers) {
  Yard yard;
  for (int i = 0; i < 10; ++i) {
    const std::string id = "p" + std::to_string(i);
    auto hello = yard.bus->expect(id, id, kLong);
    auto socket = std::make_unique<Socket>(join(yard, id, std::move(hello)));
    auto asked = yard.bus->request(id, "t/1", {}, kLong);
    ASSERT_TRUE(wait(*socket, -1, static_cast<int>(kLong)).socket);  // the request is there: it can be reached
    socket.reset();
    EXPECT_EQ(asked.get().error().code, Code::FL0336) << i;
  }
}

TEST(Connections, WhoLeavesAfterTheFarewellHasNoFault) {
  Yard yard;
  auto hello = yard.bus->expect("p1", "one", kLong);
  std::atomic<bool> fault{false};
  yard.bus->onFault("p1", [&](const Error&) { fault = true; });
  {
    Socket socket = join(yard, "p1", std::move(hello));
    yard.bus->bye("p1");
    yard.bus->flushEvents();
  }
  auto next = yard.bus->expect("p2", "two", kLong);
  Socket socket = join(yard, "p2", std::move(next));  // by now the end of the other was seen
  EXPECT_FALSE(fault);
}

}  // namespace
}  // namespace fleetd::bus
