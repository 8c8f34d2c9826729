// truths COMMAND SIZE [FLAG]: the pairs of truths.c in Rust.
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::Mutex;
use std::time::{Duration, Instant};

const THREADS: usize = 2;
const HELD_STEPS: usize = 40000;
const TASK_STEPS: usize = 8000;
const ITEM_BYTES: usize = 64;
const KEPT: usize = 1000;
const SPIN_STEPS: usize = 2000;

#[inline(never)]
fn mix(mut state: u64, steps: usize) -> u64 {
    for _ in 0..steps {
        state ^= state >> 29;
        state = state.wrapping_mul(0x9E3779B97F4A7C15);
    }
    state
}

#[inline(never)]
fn parse(mut state: u64, steps: usize) -> u64 {
    for _ in 0..steps {
        state = state.wrapping_add(0x632BE59BD9B4E019);
        state ^= state << 13;
        state ^= state >> 7;
    }
    state
}

fn in_parallel(body: impl Fn(usize) + Sync) {
    std::thread::scope(|scope| {
        for index in 0..THREADS {
            let body = &body;
            scope.spawn(move || body(index));
        }
    });
}

#[repr(align(128))]
struct Shard(Mutex<u64>);

fn count(times: usize, shard_count: usize) -> u64 {
    let shards = [Shard(Mutex::new(0)), Shard(Mutex::new(0))];
    in_parallel(|index| {
        for i in 0..times {
            let mut count = shards[index % shard_count].0.lock().unwrap();
            *count = count.wrapping_add(mix((index * times + 1 + i) as u64, HELD_STEPS));
        }
    });
    let [first, second] = shards.map(|shard| shard.0.into_inner().unwrap());
    first.wrapping_add(second)
}

#[inline(never)]
fn add_up(counter: &AtomicU64, times: usize) {
    for _ in 0..times {
        counter.fetch_add(1, Relaxed);
    }
}

#[repr(align(256))]
struct Counters([AtomicU64; 64]);

fn add(times: usize, distance: usize) -> u64 {
    let counters = Counters(std::array::from_fn(|_| AtomicU64::new(0)));
    in_parallel(|index| add_up(&counters.0[index * distance], times));
    counters.0[0].load(Relaxed) + counters.0[distance].load(Relaxed)
}

fn thread_each(tasks: usize) -> u64 {
    let sum = AtomicU64::new(0);
    for task in (0..tasks).step_by(THREADS) {
        in_parallel(|index| {
            sum.fetch_add(mix((task + index) as u64 + 1, TASK_STEPS), Relaxed);
        });
    }
    sum.into_inner()
}

fn pool(tasks: usize) -> u64 {
    let (next, sum) = (AtomicU64::new(0), AtomicU64::new(0));
    in_parallel(|_| loop {
        let task = next.fetch_add(1, Relaxed);
        if task >= tasks as u64 {
            break;
        }
        sum.fetch_add(mix(task + 1, TASK_STEPS), Relaxed);
    });
    sum.into_inner()
}

fn work(items: usize, times: usize) -> u64 {
    let mut sum = 0u64;
    for item in 0..items {
        let parsed = parse(item as u64 + 1, 6000);
        let mut mixed = 0;
        for _ in 0..times {
            mixed = std::hint::black_box(mix(std::hint::black_box(parsed), 8000));
        }
        sum = sum.wrapping_add(mixed);
    }
    sum
}

#[inline(never)]
fn spin_until(end: Instant) -> u64 {
    let mut state = 1u64;
    while Instant::now() < end {
        for _ in 0..SPIN_STEPS {
            state = (state ^ (state >> 29)).wrapping_mul(0x9E3779B97F4A7C15);
        }
    }
    state
}

fn pass_time(milliseconds: usize, sleeps: bool) -> u64 {
    let end = Instant::now() + Duration::from_millis(milliseconds as u64);
    if sleeps {
        std::thread::sleep(end - Instant::now() - Duration::from_millis(8));
    }
    (spin_until(end) != 0) as u64
}

#[inline(never)]
fn fill(item: &mut [u8], number: usize) -> u64 {
    item.fill((number & 127) as u8);
    std::hint::black_box(item)[number % ITEM_BYTES] as u64
}

#[inline(never)]
fn new_item() -> Box<[u8; ITEM_BYTES]> {
    std::hint::black_box(Box::new([0; ITEM_BYTES]))
}

fn allocate(items: usize, each: bool) -> u64 {
    let mut places: Vec<Option<Box<[u8; ITEM_BYTES]>>> = vec![None; KEPT];
    let mut sum = 0u64;
    if !each {
        places.iter_mut().for_each(|place| *place = Some(new_item()));
    }
    for item in 0..items {
        if each && item % KEPT == 0 {
            places.iter_mut().for_each(|place| *place = None);
        }
        let place = &mut places[item % KEPT];
        if each {
            *place = Some(new_item());
        }
        sum += fill(&mut place.as_mut().unwrap()[..], item);
    }
    sum
}

fn flagged(items: usize) -> u64 {
    let next = Mutex::new(0);
    let total = Mutex::new(0u64);
    in_parallel(|_| {
        let mut sum = 0u64;
        loop {
            let item = {
                let mut next = next.lock().unwrap();
                *next += 1;
                *next - 1
            };
            if item >= items {
                break;
            }
            let mixed = mix(item as u64 + 1, HELD_STEPS);
            sum = sum.wrapping_add(fill(&mut new_item()[..], item)).wrapping_add(mixed);
        }
        let mut total = total.lock().unwrap();
        *total = total.wrapping_add(sum);
    });
    total.into_inner().unwrap()
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let command = arguments.get(1).map(String::as_str).unwrap_or("");
    let size: usize = arguments.get(2).and_then(|text| text.parse().ok()).unwrap_or(0);
    if size == 0 {
        eprintln!("truths: COMMAND SIZE [FLAG]");
        std::process::exit(2);
    }
    let result = match command {
        "convoy" => count(size, 1),
        "sharded" => count(size, THREADS),
        "false-sharing" => add(size, 1),
        "padded" => add(size, 32),
        "thread-each" => thread_each(size),
        "pool" => pool(size),
        "once" => work(size, 1),
        "twice" => work(size, 2),
        "sleep" => pass_time(size, true),
        "spin" => pass_time(size, false),
        "allocate" => allocate(size, true),
        "reuse" => allocate(size, false),
        "flagged" => flagged(size),
        _ => {
            eprintln!("truths: {command}: unknown command");
            std::process::exit(2);
        }
    };
    println!("{result}");
}
