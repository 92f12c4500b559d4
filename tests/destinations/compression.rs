//! Compressed bodies, read by decoders that are not the encoders' own.

use std::io::Read;

use ppc::{Counter, InfluxHttp, OpenMetricsHttp, Push, Pushgateway, Registry, push_to_gateway};

use crate::support::script::Server;
use crate::support::snappy;

fn decoded(encoding: &str, body: &[u8]) -> String {
    let bytes = match encoding {
        "snappy" => snappy::decode(body).unwrap(),
        "zstd" => {
            let mut decoder = ruzstd::decoding::StreamingDecoder::new(body).unwrap();
            let mut bytes = Vec::new();
            decoder.read_to_end(&mut bytes).unwrap();
            bytes
        }
        other => panic!("{other}"),
    };
    String::from_utf8(bytes).unwrap()
}

#[test]
fn k16_another_decoder_reads_each_body() {
    let server = Server::answering(|_, _| 200.into());
    let address = server.address().to_string();
    let registry = Registry::new();
    let family = Counter::builder("events")
        .label_names(["queue", "n"])
        .register(&registry);
    let family = family.unwrap();
    // More than a frame holds, with what compresses well and what does not.
    let mut noise = 1_u64;
    for n in 0..5000 {
        noise = noise
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        family.labels((format!("{noise:x}"), n)).unwrap().inc_by(n);
    }
    let push = |destination: ppc::Destination| {
        let before = server.requests().len();
        Push::to(destination).registry(&registry).start().stop();
        server.requests().split_off(before).pop().unwrap()
    };
    let influx = |word: &str| {
        InfluxHttp::new(&address)
            .timestamps("server")
            .compression(word)
    };
    let text = OpenMetricsHttp::new(&address).timestamps("server");
    let openmetrics = |word: &str| {
        text.clone()
            .format("openmetrics")
            .max_body(50_000)
            .compression(word)
    };
    let plain = push(influx("none").into());
    let (plain, whole) = (plain.text(), push(text.clone().into()).text());
    assert!(plain.len() > 150_000 && whole.lines().count() == 5001);
    for word in ["snappy", "zstd"] {
        let request = push(influx(word).into());
        assert_eq!(request.header("Content-Encoding"), Some(word));
        assert!(
            request.body.len() < plain.len() * 3 / 4,
            "{} bytes",
            request.body.len()
        );
        assert_eq!(decoded(word, &request.body), plain);
        let request = push(openmetrics(word).into());
        let found = decoded(word, &request.body);
        let inner = found.strip_prefix("# TYPE events counter\n");
        let samples = inner
            .and_then(|inner| inner.strip_suffix("\n# EOF\n"))
            .unwrap();
        assert_eq!(samples.lines().count(), 5000);
        push_to_gateway(Pushgateway::new(&address).compression(word), "j", &registry).unwrap();
        let request = server.requests().pop().unwrap();
        assert_eq!(decoded(word, &request.body), whole);
    }
}
