// truths COMMAND SIZE [FLAG]: the pairs of truths.c in Go. A thread of its own is what a goroutine
// gets that is locked to its thread and ends so.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

const (
	threads   = 2
	heldSteps = 40000
	taskSteps = 8000
	itemBytes = 64
	kept      = 1000
	spinSteps = 2000
)

//go:noinline
func mix(state uint64, steps int) uint64 {
	for i := 0; i < steps; i++ {
		state ^= state >> 29
		state *= 0x9E3779B97F4A7C15
	}
	return state
}

//go:noinline
func parse(state uint64, steps int) uint64 {
	for i := 0; i < steps; i++ {
		state += 0x632BE59BD9B4E019
		state ^= state << 13
		state ^= state >> 7
	}
	return state
}

func inParallel(body func(index int)) {
	var all sync.WaitGroup
	for i := 0; i < threads; i++ {
		all.Add(1)
		go func(index int) {
			defer all.Done()
			body(index)
		}(i)
	}
	all.Wait()
}

type shard struct {
	lock  sync.Mutex
	count uint64
	_     [128]byte
}

func count(times, shardCount int) uint64 {
	shards := make([]shard, threads)
	inParallel(func(index int) {
		mine := &shards[index%shardCount]
		for i := 0; i < times; i++ {
			mine.lock.Lock()
			mine.count += mix(uint64(index*times+1+i), heldSteps)
			mine.lock.Unlock()
		}
	})
	return shards[0].count + shards[1].count
}

//go:noinline
func addUp(counter *uint64, times int) {
	for i := 0; i < times; i++ {
		atomic.AddUint64(counter, 1)
	}
}

func add(times, distance int) uint64 {
	// Of this size the allocator aligns to pages.
	counters := new([4096]uint64)
	inParallel(func(index int) { addUp(&counters[index*distance], times) })
	return counters[0] + counters[distance]
}

func threadEach(tasks int) uint64 {
	var sum uint64
	for task := 0; task+threads <= tasks; task += threads {
		inParallel(func(index int) {
			runtime.LockOSThread() // never unlocked: the thread ends with it
			atomic.AddUint64(&sum, mix(uint64(task+index)+1, taskSteps))
		})
	}
	return sum
}

func pool(tasks int) uint64 {
	var next, sum uint64
	inParallel(func(int) {
		for {
			task := atomic.AddUint64(&next, 1) - 1
			if task >= uint64(tasks) {
				return
			}
			atomic.AddUint64(&sum, mix(task+1, taskSteps))
		}
	})
	return sum
}

func work(items, times int) uint64 {
	var sum uint64
	for item := 0; item < items; item++ {
		parsed := parse(uint64(item)+1, 6000)
		var mixed uint64
		for i := 0; i < times; i++ {
			mixed = mix(parsed, 8000)
		}
		sum += mixed
	}
	return sum
}

//go:noinline
func spinUntil(end time.Time) uint64 {
	state := uint64(1)
	for time.Now().Before(end) {
		for i := 0; i < spinSteps; i++ {
			state = (state ^ (state >> 29)) * 0x9E3779B97F4A7C15
		}
	}
	return state
}

func passTime(milliseconds int, sleeps bool) uint64 {
	end := time.Now().Add(time.Duration(milliseconds) * time.Millisecond)
	if sleeps {
		time.Sleep(time.Until(end) - 8*time.Millisecond)
	}
	if spinUntil(end) != 0 {
		return 1
	}
	return 0
}

//go:noinline
func fill(item []byte, number int) uint64 {
	for i := range item {
		item[i] = byte(number & 127)
	}
	return uint64(item[number%itemBytes])
}

//go:noinline
func newItem() []byte { return make([]byte, itemBytes) }

func allocate(items int, each bool) uint64 {
	places := make([][]byte, kept)
	var sum uint64
	for i := 0; !each && i < kept; i++ {
		places[i] = newItem()
	}
	for item := 0; item < items; item++ {
		if each {
			places[item%kept] = newItem()
		}
		sum += fill(places[item%kept], item)
	}
	return sum
}

func flagged(items int) uint64 {
	var lock sync.Mutex
	next := 0
	var total uint64
	inParallel(func(int) {
		var sum uint64
		for {
			lock.Lock()
			item := next
			next++
			lock.Unlock()
			if item >= items {
				break
			}
			sum += fill(newItem(), item) + mix(uint64(item)+1, heldSteps)
		}
		lock.Lock()
		total += sum
		lock.Unlock()
	})
	return total
}

func main() {
	size := 0
	if len(os.Args) > 2 {
		size, _ = strconv.Atoi(os.Args[2])
	}
	if size <= 0 {
		fmt.Fprintln(os.Stderr, "truths: COMMAND SIZE [FLAG]")
		os.Exit(2)
	}
	commands := map[string]func() uint64{
		"convoy":        func() uint64 { return count(size, 1) },
		"sharded":       func() uint64 { return count(size, threads) },
		"false-sharing": func() uint64 { return add(size, 1) },
		"padded":        func() uint64 { return add(size, 32) },
		"thread-each":   func() uint64 { return threadEach(size) },
		"pool":          func() uint64 { return pool(size) },
		"once":          func() uint64 { return work(size, 1) },
		"twice":         func() uint64 { return work(size, 2) },
		"sleep":         func() uint64 { return passTime(size, true) },
		"spin":          func() uint64 { return passTime(size, false) },
		"allocate":      func() uint64 { return allocate(size, true) },
		"reuse":         func() uint64 { return allocate(size, false) },
		"flagged":       func() uint64 { return flagged(size) },
	}
	run, known := commands[os.Args[1]]
	if !known {
		fmt.Fprintf(os.Stderr, "truths: %s: unknown command\n", os.Args[1])
		os.Exit(2)
	}
	fmt.Println(run())
}
