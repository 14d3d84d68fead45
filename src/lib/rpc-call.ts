export interface RpcCall {
  method: string
  params?: readonly unknown[]
}
