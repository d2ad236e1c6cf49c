use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};

use super::ready;

#[test]
fn an_announced_address_that_is_mapped_into_ipv6_is_itself() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let mut client = TcpStream::connect(address).await.expect("a connection");
        let header = b"PROXY TCP6 ::ffff:192.0.2.7 ::ffff:192.0.2.8 7 80\r\n";
        client.write_all(header).await.expect("written");
        let (stream, peer) = listener.accept().await.expect("a connection");
        let ready = ready(stream, peer, true, None, "in").await;
        let (_, peer) = ready.expect("a header");
        assert_eq!(peer.to_string(), "192.0.2.7:7");
    });
}
